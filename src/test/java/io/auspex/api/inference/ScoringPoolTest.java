package io.auspex.api.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.platform.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScoringPoolTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final long MILLI = 1_000_000;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong clock = new AtomicLong(5_000 * MILLI);
    private final ScoringPool pool = new ScoringPool(1, 2, meters, clock::get);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void stop() {
        finish.countDown();
        pool.stop();
    }

    @Test
    void whatCannotBeDoneInTimeIsSaidAtOnceAndDoesNotRun() throws Exception {
        UniAssertSubscriber<Integer> running = occupy(80 * MILLI);
        assertLate(ask(30 * MILLI, within(100)));
        assertThat(meters.get("auspex.scoring.refused").tag("reason", "deadline").counter())
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(1));
        UniAssertSubscriber<Integer> inTime = ask(15 * MILLI, within(100));
        UniAssertSubscriber<Integer> noHurry = ask(30 * MILLI, Deadline.NONE);
        finish.countDown();
        running.awaitItem(LONG);
        inTime.awaitItem(LONG);
        noHurry.awaitItem(LONG);
        assertThat(runs).as("the late one never ran").hasValue(2);
        assertThat(ask(99 * MILLI, within(100)).awaitItem(LONG).getItem())
                .as("nothing is expected to wait any more")
                .isEqualTo(3);
    }

    @Test
    void whatExpiresInTheQueueIsDroppedWhileItWaitsAndDoesNotRun() throws Exception {
        UniAssertSubscriber<Integer> running = occupy(0);
        UniAssertSubscriber<Integer> expired = ask(0, within(20));
        // Answered although the only thread is still busy.
        assertLate(expired);
        assertThat(waiting()).isZero();
        finish.countDown();
        running.awaitItem(LONG);
        assertThat(ask(0, Deadline.NONE).awaitItem(LONG).getItem()).isEqualTo(1);
    }

    @Test
    void whatIsFoundTooLateWhenItsTurnComesDoesNotRun() throws Exception {
        UniAssertSubscriber<Integer> running = occupy(0);
        UniAssertSubscriber<Integer> late = ask(10 * MILLI, within(60_000));
        clock.addAndGet(59_995 * MILLI);
        finish.countDown();
        running.awaitItem(LONG);
        assertLate(late);
        assertThat(runs).hasValue(0);
    }

    @Test
    void aFullQueueTurnsAway() throws Exception {
        UniAssertSubscriber<Integer> running = occupy(0);
        UniAssertSubscriber<Integer> first = ask(0, Deadline.NONE);
        UniAssertSubscriber<Integer> second = ask(0, Deadline.NONE);
        Failure refused = failure(ask(0, Deadline.NONE));
        assertThat(refused.category()).isEqualTo(Failure.Category.NOT_READY);
        assertThat(refused.slug()).isEqualTo("overloaded");
        finish.countDown();
        running.awaitItem(LONG);
        first.awaitItem(LONG);
        second.awaitItem(LONG);
        assertThat(runs).hasValue(2);
    }

    @Test
    void whatNobodyWaitsForLeavesTheQueueAndDoesNotRun() throws Exception {
        UniAssertSubscriber<Integer> running = occupy(0);
        UniAssertSubscriber<Integer> left = ask(50 * MILLI, Deadline.NONE);
        assertThat(waiting()).isEqualTo(1);
        left.cancel();
        assertThat(waiting()).isZero();
        finish.countDown();
        running.awaitItem(LONG);
        assertThat(ask(0, Deadline.NONE).awaitItem(LONG).getItem()).isEqualTo(1);
    }

    @Test
    void aDeadlineIsAWholeNumberOfMilliseconds() {
        assertThat(Deadline.parse(null, 7).isNone()).isTrue();
        assertThat(Deadline.parse("250", 7)).isEqualTo(new Deadline(7, 250 * MILLI));
        assertThat(new Deadline(7, 250 * MILLI).leftNanos(7 + 100 * MILLI)).isEqualTo(150 * MILLI);
        for (String wrong : new String[] {"", "0", "-1", "1.5", "3600001", "soon"}) {
            assertThatThrownBy(() -> Deadline.parse(wrong, 0))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
    }

    @Test
    void ofTwoDeadlinesTheOneThatPassesFirstCounts() {
        Deadline early = new Deadline(100, 50);
        Deadline late = new Deadline(80, 90);
        assertThat(early.earlier(late)).isEqualTo(early);
        assertThat(late.earlier(early)).isEqualTo(early);
        assertThat(Deadline.NONE.earlier(late)).isEqualTo(late);
        assertThat(late.earlier(Deadline.NONE)).isEqualTo(late);
        assertThat(Deadline.NONE.earlier(Deadline.NONE).isNone()).isTrue();
        // By a clock whose numbers are negative, or pass the largest one.
        assertThat(new Deadline(-100, 50).earlier(new Deadline(-80, 90)).timeoutNanos())
                .isEqualTo(50);
        Deadline before = new Deadline(Long.MAX_VALUE - 5, 100);
        assertThat(before.earlier(new Deadline(Long.MIN_VALUE + 5, 10)).timeoutNanos())
                .isEqualTo(10);
    }

    @Test
    void saysHowLongATimeoutWasThatIsShorterThanAMillisecond() {
        assertThat(new Deadline(0, 100_000).tooLate(2 * MILLI, 0))
                .hasMessageStartingWith("timeout 0.1 ms: 2.0 ms have passed");
        assertThat(new Deadline(0, 250 * MILLI).tooLate(2 * MILLI, 0))
                .hasMessageStartingWith("timeout 250 ms: ");
    }

    /** Keeps the one thread busy until the test says so. */
    private UniAssertSubscriber<Integer> occupy(long costNanos) throws InterruptedException {
        UniAssertSubscriber<Integer> running =
                subscribe(
                        pool.run(
                                () -> {
                                    begun.countDown();
                                    try {
                                        finish.await();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                    return 0;
                                },
                                costNanos,
                                Deadline.NONE));
        begun.await();
        return running;
    }

    private UniAssertSubscriber<Integer> ask(long costNanos, Deadline deadline) {
        return subscribe(pool.run(runs::incrementAndGet, costNanos, deadline));
    }

    private Deadline within(long millis) {
        return new Deadline(clock.get(), millis * MILLI);
    }

    private int waiting() {
        return (int) meters.get("auspex.scoring.waiting").gauge().value();
    }

    private static <T> UniAssertSubscriber<T> subscribe(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private static Failure failure(UniAssertSubscriber<Integer> asked) {
        return (Failure) asked.awaitFailure(LONG).getFailure();
    }

    private static void assertLate(UniAssertSubscriber<Integer> asked) {
        Failure late = failure(asked);
        assertThat(late.category()).isEqualTo(Failure.Category.TOO_LATE);
        assertThat(late.slug()).isEqualTo("deadline");
    }
}
