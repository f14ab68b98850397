package io.auspex.bench;

/**
 * When the load generator itself had no processor: another process had it, or the kernel. None of
 * its steps takes as long as {@link #LEAST_NANOS} while it has one. One thread.
 */
final class OwnStalls {

    /** Ten times what a step takes, and less than a tenth of what is measured. */
    static final long LEAST_NANOS = 200_000;

    private long last;
    private long total;

    /**
     * @param nowNanos the beginning of the first step
     */
    OwnStalls(long nowNanos) {
        last = nowNanos;
    }

    /**
     * A step has ended.
     *
     * @return whether it stalled in it
     */
    boolean step(long nowNanos) {
        long took = nowNanos - last;
        last = nowNanos;
        if (took < LEAST_NANOS) {
            return false;
        }
        total += took;
        return true;
    }

    /** How long all of them took. */
    long totalNanos() {
        return total;
    }
}
