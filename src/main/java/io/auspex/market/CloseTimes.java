package io.auspex.market;

/**
 * How a close came to those who handle it, by {@link System#nanoTime}.
 *
 * @param arrivedNanos when the feed handed it over
 * @param storedNanos when its candles were stored, or were kept to be stored
 */
public record CloseTimes(long arrivedNanos, long storedNanos) {

    /** Of one that was stored long ago and is handled from now on. */
    public static CloseTimes now() {
        long now = System.nanoTime();
        return new CloseTimes(now, now);
    }
}
