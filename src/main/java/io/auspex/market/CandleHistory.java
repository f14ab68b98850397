package io.auspex.market;

import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

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

    /**
     * Hands over the closes of some symbols in increasing time, without those that have none of
     * their candles; a store holds no more than a page of them in memory.
     *
     * @param symbols those wanted; empty for all
     */
    default void forEachClose(
            String feed,
            Timeframe timeframe,
            Collection<Symbol> symbols,
            long fromCloseExclusive,
            long toCloseInclusive,
            Consumer<MarketClose> consumer) {
        for (MarketClose close : closes(feed, timeframe, fromCloseExclusive, toCloseInclusive)) {
            close.of(symbols).ifPresent(consumer);
        }
    }

    /** Close time in milliseconds of the last stored close; empty when there is none. */
    OptionalLong lastClose(String feed, Timeframe timeframe);
}
