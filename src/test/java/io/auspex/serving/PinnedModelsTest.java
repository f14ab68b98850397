package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.platform.Failure;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PinnedModelsTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final float[] ROW = {1, 2, 3};
    private static final int BROKEN = 13;

    private final OnnxRuntime runtime = new OnnxRuntime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ModelMeters modelMeters = new ServingMetrics(meters).of("tiny");
    private final ExecutorService closer = Executors.newSingleThreadExecutor();
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicLong clock = new AtomicLong();
    private final CountDownLatch held = new CountDownLatch(1);
    private volatile boolean holding;
    private final PinnedModels pins = pins(2, LONG);

    @AfterEach
    void everySessionIsClosed() throws InterruptedException {
        held.countDown();
        pins.clear();
        closer.shutdown();
        assertThat(closer.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(runtime.liveSessions()).isZero();
        assertThat(pins.liveSessions()).isZero();
    }

    @Test
    void aVersionIsOpenedOnceAndAnswersAsItself() {
        assertThat(pins.acquire("tiny", 7)).isEmpty();
        try (Lease lease = pins.load("tiny", 7)) {
            assertThat(lease.model().predict(ROW).version()).isEqualTo(7);
        }
        try (Lease again = pins.acquire("tiny", 7).orElseThrow();
                Lease other = pins.load("tiny", 7)) {
            assertThat(again.model()).isSameAs(other.model());
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void theLeastRecentlyUsedLeavesAndClosesAfterItsLastReader() throws Exception {
        Lease one = pins.load("tiny", 1);
        pins.load("tiny", 2).close();
        one.close();
        Lease reader = pins.acquire("tiny", 1).orElseThrow();
        pins.load("tiny", 3).close();
        assertThat(pins.acquire("tiny", 2)).as("1 was used after 2").isEmpty();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            pins.acquire("tiny", 3).orElseThrow().close();
            Future<Lease> four = threads.submit(() -> pins.load("tiny", 4));
            // Asking the pins would make it the last one used.
            while (reader.model().tryEnter()) {
                reader.model().leave();
                LockSupport.parkNanos(100_000);
            }
            assertThat(reader.model().predict(ROW).version()).as("evicted, but read").isEqualTo(1);
            assertThat(runtime.liveSessions()).isEqualTo(2);
            assertThat(four.isDone()).as("there is no room while 1 is read").isFalse();
            reader.close();
            four.get().close();
            assertThat(pins.acquire("tiny", 1)).isEmpty();
            assertThat(pins.liveSessions()).isEqualTo(2);
        }
    }

    @Test
    void manyWhoAskAtOnceShareOneLoading() throws Exception {
        holding = true;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Lease>> asking = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                asking.add(threads.submit(() -> pins.load("tiny", 5)));
            }
            while (loads.get() == 0) {
                LockSupport.parkNanos(100_000);
            }
            held.countDown();
            for (Future<Lease> each : asking) {
                each.get().close();
            }
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void aBrokenOneIsRememberedForAWhile() {
        assertThatThrownBy(() -> pins.load("tiny", BROKEN)).hasMessage("broken");
        assertThatThrownBy(() -> pins.load("tiny", BROKEN))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> assertThat(failure.slug()).isEqualTo("version-unusable"))
                .hasMessageContaining("tried again in 11 s");
        assertThat(loads).hasValue(1);
        clock.addAndGet(PinnedModels.BROKEN_FOR.toNanos());
        assertThatThrownBy(() -> pins.load("tiny", BROKEN)).hasMessage("broken");
        assertThat(loads).hasValue(2);
        assertThat(pins.liveSessions()).as("it keeps no place").isZero();
    }

    @Test
    void whoFindsNoRoomIsToldSo() {
        PinnedModels impatient = pins(1, Duration.ZERO);
        try (Lease _ = impatient.load("tiny", 1)) {
            assertThatThrownBy(() -> impatient.load("tiny", 2))
                    .isInstanceOfSatisfying(
                            Failure.class,
                            failure -> assertThat(failure.slug()).isEqualTo("pins-busy"));
        }
        impatient.clear();
    }

    @Test
    void aCancelledQuestionLeavesNoLeaseBehind() throws Exception {
        holding = true;
        UniAssertSubscriber<Lease> cancelled =
                PinnedModels.leased(() -> pins.load("tiny", 6))
                        .subscribe()
                        .withSubscriber(UniAssertSubscriber.create());
        while (loads.get() == 0) {
            LockSupport.parkNanos(100_000);
        }
        cancelled.cancel();
        held.countDown();
        while (pins.acquire("tiny", 6).map(PinnedModelsTest::readersBeside).orElse(1) != 0) {
            LockSupport.parkNanos(100_000);
        }
        UniAssertSubscriber<Lease> taken =
                PinnedModels.leased(() -> pins.load("tiny", 6))
                        .subscribe()
                        .withSubscriber(UniAssertSubscriber.create());
        taken.awaitItem(LONG).getItem().close();
    }

    private static int readersBeside(Lease lease) {
        int readers = lease.model().readers() - 1;
        lease.close();
        return readers;
    }

    private PinnedModels pins(int most, Duration patience) {
        return new PinnedModels(most, patience, closer, this::load, clock::get);
    }

    private void load(String model, int version, ModelSlot slot) {
        loads.incrementAndGet();
        if (holding) {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (version == BROKEN) {
            slot.dismiss();
            throw new Failure(Failure.Category.CONFLICT, PinnedModels.UNUSABLE, "broken");
        }
        TinyModels file = tiny().bias(version * 0.01f);
        try (Candidate candidate = Candidate.load(slot, runtime, file.onnx())) {
            candidate.publish(
                    new ModelVersion(
                            model,
                            version,
                            VersionState.PROMOTED,
                            "test",
                            "sha",
                            file.schema(),
                            file.report(),
                            null,
                            false,
                            Instant.EPOCH,
                            Instant.EPOCH),
                    false,
                    modelMeters);
        } catch (UnusableModelException e) {
            throw new IllegalStateException(e);
        }
    }
}
