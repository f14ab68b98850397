package io.auspex.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.exchange.ExchangeProtocol.RestLimits;
import io.auspex.platform.Backoff;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;

/** With a clock that moves only when somebody waits. */
class RateBudgetTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTicks ticks = new ManualTicks();
    private final RateBudget budget =
            new RateBudget(new RestLimits(100, Duration.ofMinutes(1), 2), ticks);

    @Test
    void nineTenthsOfAWindowAreUsedAndThenTheNextIsWaitedFor() throws Exception {
        for (int i = 0; i < 45; i++) {
            budget.acquire(2, HOUR);
        }
        assertThat(ticks.waited()).isZero();
        budget.acquire(2, HOUR);
        assertThat(ticks.waited()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void whatTheExchangeCountsIsBelieved() throws Exception {
        budget.counted(90);
        budget.acquire(1, HOUR);
        assertThat(ticks.waited()).isEqualTo(Duration.ofMinutes(1));
        budget.counted(3);
        budget.acquire(1, HOUR);
        assertThat(ticks.waited()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void aPauseHoldsForEverybodyAndALongerOneWins() throws Exception {
        budget.pause(Duration.ofMinutes(10), "banned (418)");
        budget.pause(Duration.ofSeconds(5), "asked too often (429)");
        assertThatThrownBy(() -> budget.acquire(1, Duration.ofSeconds(2)))
                .isInstanceOf(ExchangeUnavailableException.class)
                .hasMessage("REST: banned (418), for 600 s more");
        assertThat(ticks.waited()).isZero();
        budget.acquire(1, HOUR);
        assertThat(ticks.waited()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void pausesBetweenAttemptsDoubleUpToTheirBoundAndAreNeverTheSame() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
        Random random = new Random(1);
        for (int failures = 1; failures <= 200; failures++) {
            Duration full = Duration.ofSeconds(Math.min(60, 1L << Math.min(failures - 1, 10)));
            assertThat(backoff.after(failures, random)).isBetween(full.dividedBy(2), full);
        }
        assertThat(backoff.after(9, random)).isNotEqualTo(backoff.after(9, random));
    }

    private static final class ManualTicks implements Ticks {

        private long nanos;

        Duration waited() {
            return Duration.ofNanos(nanos);
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void sleep(Duration duration) {
            nanos += duration.toNanos();
        }

        @Override
        public <T> T poll(BlockingQueue<T> queue, Duration timeout) {
            throw new UnsupportedOperationException();
        }
    }
}
