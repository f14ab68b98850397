package io.auspex.exchange;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The exchange's clock as this process knows it: its own clock and the measured difference. One
 * thread measures, any reads.
 */
final class ExchangeClock {

    private final InstantSource local;
    private volatile long skewMillis;

    ExchangeClock(InstantSource local) {
        this.local = local;
    }

    /** Now, milliseconds since the Unix epoch (UTC), by the exchange's clock. */
    long millis() {
        return local.millis() + skewMillis;
    }

    /**
     * Measures the difference: the exchange's answer belongs to the middle of the time it took.
     *
     * @return what the exchange's clock is ahead of ours
     */
    Duration measure(ExchangeRest rest) throws InterruptedException, ExchangeUnavailableException {
        long before = local.millis();
        long theirs = rest.timeMillis();
        long after = local.millis();
        skewMillis = theirs - (before + (after - before) / 2);
        return Duration.ofMillis(skewMillis);
    }
}
