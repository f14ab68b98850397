package io.auspex.platform;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubled with every failure up to a bound, and then anything
 * from half of it to all of it, so that many clients do not come back at once.
 *
 * @param first wait after the first failure
 * @param longest bound of the wait
 */
public record Backoff(Duration first, Duration longest) {

    private static final int MOST_DOUBLINGS = 20;

    public Backoff {
        if (!first.isPositive() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("backoff from " + first + " to " + longest);
        }
    }

    /**
     * The pause before the next attempt.
     *
     * @param failures in a row, at least 1
     */
    public Duration after(int failures, RandomGenerator random) {
        int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
        long full = Math.min(first.toNanos() << doublings, longest.toNanos());
        long bounded = full <= 0 ? longest.toNanos() : full;
        return Duration.ofNanos(bounded / 2 + random.nextLong(bounded / 2 + 1));
    }
}
