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
    private String pauseReason = "";

    RateBudget(RestLimits limits, Ticks ticks) {
        this.ticks = ticks;
        this.usableWeight = (int) (limits.weight() * USABLE);
        this.windowNanos = limits.window().toNanos();
        this.windowStartNanos = ticks.nanos();
        this.pausedUntilNanos = windowStartNanos;
    }

    /**
     * Waits until the weight may be used, and uses it.
     *
     * @param longest how long to wait at most
     * @throws ExchangeUnavailableException when that is too short; nothing has been used then
     */
    void acquire(int weight, Duration longest)
            throws InterruptedException, ExchangeUnavailableException {
        if (weight > usableWeight) {
            throw new IllegalArgumentException(weight + " is more than a window has");
        }
        long beganNanos = ticks.nanos();
        for (long wait = tryAcquire(weight); wait > 0; wait = tryAcquire(weight)) {
            if (ticks.nanos() - beganNanos + wait > longest.toNanos()) {
                throw new ExchangeUnavailableException(
                        "REST: %s, for %d s more"
                                .formatted(reason(), Duration.ofNanos(wait).toSeconds()));
            }
            ticks.sleep(Duration.ofNanos(wait));
        }
    }

    /** Nothing is asked for so long, by anybody. */
    synchronized void pause(Duration pause, String reason) {
        long until = ticks.nanos() + pause.toNanos();
        if (until > pausedUntilNanos) {
            pausedUntilNanos = until;
            pauseReason = reason;
        }
    }

    /** What the exchange has counted in its present window. */
    synchronized void counted(int weight) {
        used = Math.max(used, weight);
    }

    private synchronized String reason() {
        return ticks.nanos() < pausedUntilNanos ? pauseReason : "the budget is used up";
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
