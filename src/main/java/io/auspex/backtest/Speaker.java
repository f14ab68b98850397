package io.auspex.backtest;

import io.auspex.backtest.RunState.Walk;
import io.auspex.ensemble.PastEnsemble;
import io.auspex.market.MarketClose;
import io.auspex.signals.PendingSignal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who speaks of the closes of a backtest: a model, or the ensemble. It hears every close of the
 * market, in increasing time, and has looked at nothing later than it when it speaks of it.
 */
interface Speaker extends AutoCloseable {

    /**
     * What it says of a close; nothing while nobody can.
     *
     * @param close with all candles of the market
     * @param traded with those that are traded; empty when there are none
     * @param beforeMillis the close before it: all that may be known
     * @throws InterruptedException when the run was stopped
     */
    List<PendingSignal> hear(MarketClose close, Optional<MarketClose> traded, long beforeMillis)
            throws IOException, InterruptedException;

    /** Whether what decides was trained on a close, or may have been. */
    boolean hasSeen(long closeMillis);

    Walk walk();

    /** Null for one that is no ensemble. */
    PastEnsemble.@Nullable State ensemble();

    /** Time spent in features so far; nanoseconds. */
    long featureNanos();

    /** Time spent in models so far; nanoseconds. */
    long scoringNanos();

    @Override
    void close();
}
