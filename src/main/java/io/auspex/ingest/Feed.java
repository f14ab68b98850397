package io.auspex.ingest;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.List;
import java.util.Optional;

/**
 * A source of closed candles. Everything it hands over is valid, of one timeframe, and in strictly
 * increasing close time; what is not is refused with a reason.
 */
public interface Feed {

    /** Names the data, for example {@code replay:market-data} or {@code simulated:7}. */
    String identity();

    /** The one timeframe of every candle of this feed. */
    Timeframe timeframe();

    /** The symbols that may appear in its closes, ordered. */
    List<Symbol> symbols();

    /**
     * Hands over every close strictly after the given close time: first the history, then the rest
     * as if live. Blocks until the feed has ended or the thread is interrupted (an endless feed
     * ends only so): meant for a virtual thread of its own. All calls of the listener are made on
     * the calling thread, and a slow listener slows the feed down.
     *
     * <p>What is history and what is live does not depend on {@code afterCloseTimeMillis}: a run
     * that resumes hands over exactly the closes that an uninterrupted one would have handed over
     * after that time.
     *
     * @param afterCloseTimeMillis the last close that the caller already has, milliseconds since
     *     the Unix epoch (UTC); {@link Long#MIN_VALUE} for everything
     */
    void run(long afterCloseTimeMillis, FeedListener listener) throws InterruptedException;

    /**
     * Whether its candles close when the clock says so, and what closed while nobody listened is
     * past; a replay and a simulated market wait for their listener.
     */
    default boolean byTheClock() {
        return false;
    }

    /**
     * Where candles of the past can be had again while the feed runs; empty when they cannot, or
     * when there is no gap that it could close.
     */
    default Optional<CandleSource> past() {
        return Optional.empty();
    }
}
