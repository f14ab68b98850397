package io.auspex.exchange;

import io.auspex.exchange.ExchangeProtocol.RestLimits;
import java.time.Duration;

/**
 * The exchange's budget for requests, shared by everybody who asks in this process. Weights are
 * counted in windows of fixed length before a request is sent, and corrected upwards by what the
 * exchange counts (others may share the address). A tenth of the budget stays unused. Thread-safe.
 */
final class RateBudget {

    private static final double USABLE = 0.9;

    private final Ticks ticks;
    private final int usableWeight;
    private final long windowNanos;
    private long windowStartNanos;
    private long used;
    private long pausedUntilNanos;

    RateBudget(RestLimits limits, Ticks ticks) {
        this.ticks = ticks;
        this.usableWeight = (int) (limits.weight() * USABLE);
        this.windowNanos = limits.window().toNanos();
        this.windowStartNanos = ticks.nanos();
        this.pausedUntilNanos = windowStartNanos;
    }

    /** Waits until the weight may be used, and uses it. */
    void acquire(int weight) throws InterruptedException {
        if (weight > usableWeight) {
            throw new IllegalArgumentException(weight + " is more than a window has");
        }
        for (long wait = tryAcquire(weight); wait > 0; wait = tryAcquire(weight)) {
            ticks.sleep(Duration.ofNanos(wait));
        }
    }

    /** Nothing is asked for so long, by anybody. */
    synchronized void pause(Duration pause) {
        pausedUntilNanos = Math.max(pausedUntilNanos, ticks.nanos() + pause.toNanos());
    }

    /** What the exchange has counted in its present window. */
    synchronized void counted(int weight) {
        used = Math.max(used, weight);
    }

    /** Nanoseconds to wait; 0 when the weight has been taken. */
    private synchronized long tryAcquire(int weight) {
        long now = ticks.nanos();
        if (now < pausedUntilNanos) {
            return pausedUntilNanos - now;
        }
        if (now - windowStartNanos >= windowNanos) {
            windowStartNanos = now;
            used = 0;
        }
        if (used + weight > usableWeight) {
            return windowStartNanos + windowNanos - now;
        }
        used += weight;
        return 0;
    }
}
