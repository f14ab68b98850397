package io.auspex.platform;

import java.util.function.LongSupplier;

/**
 * Work of a {@link BackgroundThreads} thread that may stop between two pieces. A thread whose turn
 * has come keeps the processor until the next tick of the clock, 4 ms on many kernels, however low
 * its weight is, and requests wait for that. One that says where it may stop gives the processor
 * back when its slice is over. One thread at a time.
 */
public final class WorkInPieces {

    private final LongSupplier nanoClock;
    private final Runnable yielding;
    private long sinceNanos;

    public WorkInPieces() {
        this(System::nanoTime, Thread::yield);
    }

    WorkInPieces(LongSupplier nanoClock, Runnable yielding) {
        this.nanoClock = nanoClock;
        this.yielding = yielding;
        this.sinceNanos = nanoClock.getAsLong();
    }

    /** A piece is done: whoever waits for the processor goes first, if the slice is over. */
    public void giveWay() {
        // Sooner would cost it its share: on a full machine it would hardly get on.
        if (nanoClock.getAsLong() - sinceNanos >= BackgroundThreads.SLICE_NANOS) {
            yielding.run();
            sinceNanos = nanoClock.getAsLong();
        }
    }
}
