package io.auspex.api.inference;

import io.auspex.platform.Failure;
import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Until when an answer is of use to whoever asked, from the arrival of the request's head on: the
 * query parameter {@code timeout} in milliseconds, or what a protocol has instead. Work that cannot
 * be done by then is not begun.
 *
 * @param startNanos of {@link System#nanoTime}
 * @param timeoutNanos {@link Long#MAX_VALUE} when there is no hurry
 */
record Deadline(long startNanos, long timeoutNanos) {

    /** Slug of what comes too late. */
    static final String SLUG = "deadline";

    /** No hurry. */
    static final Deadline NONE = new Deadline(0, Long.MAX_VALUE);

    /** A client that says more has no deadline. */
    static final long MAX_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final long MAX_MILLIS = TimeUnit.NANOSECONDS.toMillis(MAX_NANOS);

    /**
     * @param millis the parameter as it was sent; null when it was not
     * @throws Failure INVALID {@code invalid-timeout} when it is not a whole number from 1 to
     *     {@link #MAX_MILLIS}
     */
    static Deadline parse(@Nullable String millis, long nowNanos) {
        if (millis == null) {
            return NONE;
        }
        try {
            long value = Long.parseLong(millis);
            if (value >= 1 && value <= MAX_MILLIS) {
                return new Deadline(nowNanos, TimeUnit.MILLISECONDS.toNanos(value));
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw PredictRequest.invalid(
                "invalid-timeout",
                "timeout must be a whole number of milliseconds from 1 to %d, not '%s'"
                        .formatted(MAX_MILLIS, millis));
    }

    boolean isNone() {
        return timeoutNanos == Long.MAX_VALUE;
    }

    /** Time left, negative when it has passed. */
    long leftNanos(long nowNanos) {
        return isNone() ? Long.MAX_VALUE : timeoutNanos - (nowNanos - startNanos);
    }

    /** The one of both that passes first. */
    Deadline earlier(Deadline other) {
        return leftNanos(startNanos) <= other.leftNanos(startNanos) ? this : other;
    }

    /** Whether work that takes so long would be done in time. */
    boolean allows(long nowNanos, long neededNanos) {
        return leftNanos(nowNanos) >= neededNanos;
    }

    /**
     * @throws Failure TOO_LATE {@code deadline} when work that takes so long would be done too late
     */
    void require(long nowNanos, long neededNanos) {
        if (!allows(nowNanos, neededNanos)) {
            throw tooLate(nowNanos, neededNanos);
        }
    }

    /** What to say instead of the answer. */
    Failure tooLate(long nowNanos, long neededNanos) {
        return new Failure(
                Failure.Category.TOO_LATE,
                SLUG,
                "timeout %s ms: %.1f ms have passed, and %.1f ms are needed; nothing was scored"
                        .formatted(
                                BigDecimal.valueOf(timeoutNanos, 6)
                                        .stripTrailingZeros()
                                        .toPlainString(),
                                (nowNanos - startNanos) / 1e6,
                                neededNanos / 1e6));
    }
}
