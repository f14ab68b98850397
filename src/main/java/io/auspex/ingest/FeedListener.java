package io.auspex.ingest;

import io.auspex.market.MarketClose;

/**
 * Receives what a feed has to say, on the feed's thread. The order is: {@code onHistory} any number
 * of times, {@code onHistoryComplete} once, {@code onLive} any number of times, {@code onEnd} once
 * if the feed ends; {@code onRefused} at any time before the end.
 */
public interface FeedListener {

    /**
     * A close of the past.
     *
     * @param fractionLoaded share of the whole history up to and including this close, 0 to 1
     */
    void onHistory(MarketClose close, double fractionLoaded);

    /**
     * All history has been handed over; what follows is live.
     *
     * @param lastCloseTimeMillis up to here, inclusive, the caller has everything: the last close
     *     of the history, or the later close after which the run was resumed
     */
    void onHistoryComplete(long lastCloseTimeMillis);

    /** A close that has just happened. */
    void onLive(MarketClose close);

    /** Data that was not used. A resumed run reports the rows before its starting point again. */
    void onRefused(RefusedRow row);

    /** Whatever else happened; at any time before the end. */
    default void onNews(FeedNews news) {}

    /** There is no more data. Not called when the run is interrupted. */
    void onEnd();
}
