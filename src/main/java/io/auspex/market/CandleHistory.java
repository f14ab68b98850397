package io.auspex.market;

import java.util.List;
import java.util.OptionalLong;

/** The closes of the past as they were stored. Blocking: call it from a virtual thread. */
public interface CandleHistory {

    /**
     * The closes of a feed in increasing time.
     *
     * @param fromCloseExclusive close time in milliseconds after which to start
     * @param toCloseInclusive last close time in milliseconds
     */
    List<MarketClose> closes(
            String feed, Timeframe timeframe, long fromCloseExclusive, long toCloseInclusive);

    /** Close time in milliseconds of the last stored close; empty when there is none. */
    OptionalLong lastClose(String feed, Timeframe timeframe);
}
