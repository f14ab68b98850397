package io.auspex.serving;

import static io.auspex.serving.TinyModels.tiny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelSlotTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final float[] ROW = {1, 2, 3};

    /** Readers leave the swapping thread something of a small machine. */
    private static final int BURST = 40;

    private static final long PAUSE_NANOS = 500_000;

    private static final int SWAPS_COUNTED = 100;

    /** Columns of a matrix of 4 MiB. */
    private static final int LARGE = 1024;

    /** Versions that can be told apart; their files are made once. */
    private static final int KINDS = 64;

    private static final List<byte[]> FILES =
            IntStream.range(0, KINDS).mapToObj(kind -> tiny().bias(bias(kind)).onnx()).toList();

    private final OnnxRuntime runtime = new OnnxRuntime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Timer timer = meters.timer("predict");
    private final ModelMeters modelMeters =
            new ModelMeters(timer, meters.counter("drained"), meters.timer("drain"));
    private final ExecutorService closer = Executors.newSingleThreadExecutor();
    private final ModelSlot slot = new ModelSlot(closer);

    @AfterEach
    void everySessionIsClosed() throws InterruptedException {
        slot.clear();
        closer.shutdown();
        assertThat(closer.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(runtime.liveSessions()).isZero();
        assertThat(slot.liveSessions()).isZero();
    }

    @Test
    void anEmptySlotServesNothing() {
        assertThat(slot.acquire()).isEmpty();
    }

    @Test
    void servesTheOldModelUntilTheNewOneAnswers() throws Exception {
        publish(1);
        Lease old = slot.acquire().orElseThrow();
        publish(2);
        assertThat(servingVersion()).isEqualTo(2);
        assertThat(old.model().predict(ROW).version()).isEqualTo(1);
        assertThat(slot.liveSessions()).isEqualTo(2);
        old.close();
        assertThat(slot.admit(LONG)).as("the old one's place is free").isTrue();
        slot.dismiss();
    }

    @Test
    void hasNoPlaceForAThirdSessionWhileTheFirstIsRead() throws Exception {
        publish(1);
        try (Lease _ = slot.acquire().orElseThrow()) {
            publish(2);
            assertThat(slot.admit(Duration.ZERO)).isFalse();
        }
        assertThat(slot.admit(LONG)).isTrue();
        slot.dismiss();
    }

    @Test
    void givingALeaseBackTwiceCountsOnce() throws Exception {
        publish(1);
        Lease twice = slot.acquire().orElseThrow();
        Lease other = slot.acquire().orElseThrow();
        twice.close();
        twice.close();
        publish(2);
        assertThat(other.model().predict(ROW).version()).isEqualTo(1);
        assertThat(slot.liveSessions()).isEqualTo(2);
        other.close();
        assertThat(slot.admit(LONG)).isTrue();
        slot.dismiss();
    }

    @Test
    void aUseAfterTheLeaseIsAnErrorAndNotACrash() throws Exception {
        publish(1);
        Lease lease = slot.acquire().orElseThrow();
        ServingModel kept = lease.model();
        lease.close();
        slot.clear();
        assertThatThrownBy(lease::model).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.predict(ROW))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("after its lease");
    }

    @Test
    void aCandidateThatIsNotPublishedGivesItsPlaceBack() throws Exception {
        publish(1);
        for (int i = 0; i < 5; i++) {
            assertThat(slot.admit(LONG)).isTrue();
            try (Candidate candidate = Candidate.load(slot, runtime, tiny().onnx())) {
                candidate.warmUp(10);
                assertThatThrownBy(() ->
                                candidate.selfTest(
                                        tiny().probeError(0.1).report(), 8, new ParityMemory()))
                        .isInstanceOf(UnusableModelException.class);
            }
            assertThat(slot.admit(LONG)).isTrue();
            assertThatThrownBy(() -> Candidate.load(slot, runtime, new byte[] {1, 2, 3}))
                    .isInstanceOf(UnusableModelException.class);
        }
        assertThat(servingVersion()).isEqualTo(1);
    }

    @Test
    void aCandidateMustBeWhatTheRegistrySays() throws Exception {
        assertThat(slot.admit(LONG)).isTrue();
        try (Candidate candidate = Candidate.load(slot, runtime, tiny().onnx())) {
            candidate.require("tiny", tiny().schema());
            assertThatThrownBy(() -> candidate.require("other", tiny().schema()))
                    .hasMessageContaining("'tiny', not 'other'");
            assertThatThrownBy(() ->
                            candidate.require(
                                    "tiny", tiny().features(List.of("rsi_14@5m")).schema()))
                    .hasMessageContaining("has the schema");
        }
    }

    @Test
    void aPredictionSaysWhoMadeItAndHowSure() throws Exception {
        publish(7);
        try (Lease lease = slot.acquire().orElseThrow()) {
            Prediction prediction = lease.model().predict(ROW);
            TinyModels formula = tiny().bias(bias(7));
            assertThat(prediction.version()).isEqualTo(7);
            assertThat(prediction.schemaHash()).isEqualTo(tiny().schema().hash());
            assertThat(prediction.heads().keySet())
                    .containsExactlyElementsOf(ModelKind.MARKET.heads());
            double centre = prediction.heads().get(Head.EXPECTED_RETURN);
            assertThat(centre).isCloseTo(formula.answer(Head.EXPECTED_RETURN, ROW), within(1e-6));
            assertThat(prediction.expectedReturnInterval())
                    .isEqualTo(new Prediction.Interval(centre - 0.02, centre + 0.02, 0.9));
            assertThat(lease.model().predict(new float[][] {ROW, {4, 5, 6}}))
                    .startsWith(prediction)
                    .hasSize(2);
        }
        assertThat(timer.count()).isEqualTo(2);
    }

    @Test
    void aThousandSwapsUnderLoadFailNobodyAndMixNothing() throws Exception {
        int swaps = 1_000;
        int threads = 4;
        publish(1);
        AtomicBoolean swapping = new AtomicBoolean(true);
        AtomicInteger newest = new AtomicInteger(1);
        AtomicInteger mostLive = new AtomicInteger();
        AtomicLong answers = new AtomicLong();
        List<Future<Long>> readers = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                boolean batches = i == 0;
                readers.add(
                        pool.submit(() -> {
                            long mine = 0;
                            int before = 0;
                            while (swapping.get()) {
                                int seen = newest.get();
                                before = ask(Math.max(seen, before), batches);
                                mine++;
                                answers.incrementAndGet();
                                if (mine % BURST == 0) {
                                    LockSupport.parkNanos(PAUSE_NANOS);
                                }
                            }
                            return mine;
                        }));
            }
            for (int version = 2; version <= swaps + 1; version++) {
                publish(version);
                newest.set(version);
                mostLive.accumulateAndGet(runtime.liveSessions(), Math::max);
            }
            swapping.set(false);
            for (Future<Long> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
        }
        assertThat(mostLive.get()).isBetween(1, 2);
        assertThat(answers.get()).isGreaterThan(swaps);
        assertThat(servingVersion()).isEqualTo(swaps + 1);
    }

    /**
     * Of a model whose sessions are large enough to be told from what Java itself asks for
     * meanwhile: a tenth of them that is not given back is too much.
     */
    @Test
    void whatSwapsTakeOfNativeMemoryIsGivenBack() throws Exception {
        assumeTrue(NativeHeap.isKnown());
        byte[] large = tiny().slow(1, LARGE).onnx();
        assertThat(large.length).isGreaterThan(LARGE * LARGE * Float.BYTES);
        swapAndAsk(large, 30);
        long before = NativeHeap.bytesInUse();
        swapAndAsk(large, SWAPS_COUNTED);
        assertThat(NativeHeap.bytesInUse() - before)
                .as("bytes that %d swaps have left behind", SWAPS_COUNTED)
                .isLessThan(SWAPS_COUNTED / 10L * large.length);
    }

    /** Rows alone, together and in a chunk, so that every kind of memory has been lent. */
    private void swapAndAsk(byte[] onnx, int swaps) throws Exception {
        for (int i = 1; i <= swaps; i++) {
            assertThat(slot.admit(LONG)).isTrue();
            try (Candidate candidate = Candidate.load(slot, runtime, onnx)) {
                candidate.warmUp(3);
                candidate.publish(version(i), false, modelMeters);
            }
            try (Lease lease = slot.acquire().orElseThrow();
                    ScoringRows one = lease.model().oneRow();
                    ScoringRows together = lease.model().requestedRows();
                    ScoringRows many = lease.model().manyRows()) {
                one.run(1);
                together.run(2);
                together.run(3);
                many.run(4);
            }
        }
    }

    /** Asks once; the answer must be wholly that of the version that signs it, and not stale. */
    private int ask(int atLeast, boolean batch) {
        try (Lease lease = slot.acquire().orElseThrow()) {
            ServingModel model = lease.model();
            assertThat(model.version()).isGreaterThanOrEqualTo(atLeast);
            List<Prediction> predictions =
                    batch
                            ? model.predict(new float[][] {ROW, ROW, ROW})
                            : List.of(model.predict(ROW));
            TinyModels formula = tiny().bias(bias(model.version()));
            for (Prediction prediction : predictions) {
                if (prediction.version() != model.version()) {
                    throw new AssertionError("signed by another version");
                }
                for (Head head : ModelKind.MARKET.heads()) {
                    double expected = formula.answer(head, ROW);
                    if (Math.abs(prediction.heads().get(head) - expected) > 1e-5) {
                        throw new AssertionError(
                                "version %d said %s, not %s"
                                        .formatted(
                                                model.version(),
                                                prediction.heads().get(head),
                                                expected));
                    }
                }
            }
            return model.version();
        }
    }

    /** Far enough apart to be told apart by any head. */
    private static float bias(int version) {
        return (version % KINDS) * 0.01f - 0.3f;
    }

    private int servingVersion() {
        try (Lease lease = slot.acquire().orElseThrow()) {
            return lease.model().version();
        }
    }

    private void publish(int version) throws Exception {
        assertThat(slot.admit(LONG)).isTrue();
        byte[] onnx = FILES.get(version % KINDS);
        try (Candidate candidate = Candidate.load(slot, runtime, onnx)) {
            candidate.warmUp(3);
            candidate.publish(version(version), false, modelMeters);
        }
    }

    private static ModelVersion version(int number) {
        return new ModelVersion(
                "tiny",
                number,
                VersionState.CANDIDATE,
                "test",
                "",
                tiny().schema(),
                JsonNodeFactory.instance.objectNode(),
                null,
                false,
                Instant.EPOCH,
                null);
    }
}
