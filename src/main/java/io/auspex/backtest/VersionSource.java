package io.auspex.backtest;

import io.auspex.backtest.RunState.Walk;
import java.io.IOException;
import java.util.Optional;

/**
 * Says which version decides a close. Asked in increasing time, before the close is looked at. What
 * it gave is open until it gives another one or is closed.
 */
interface VersionSource extends AutoCloseable {

    /**
     * The version that decides; empty for none.
     *
     * @param closeMillis the close to be decided
     * @param beforeMillis the close before it: all that may be known
     * @throws InterruptedException when the run was stopped
     */
    Optional<OpenVersion> at(long closeMillis, long beforeMillis)
            throws IOException, InterruptedException;

    /** Whether the deciding version was trained on a close, or may have been. */
    boolean hasSeen(long closeMillis);

    Walk walk();

    /** Time spent in models so far, those that were closed included; nanoseconds. */
    long scoringNanos();

    @Override
    void close();
}
