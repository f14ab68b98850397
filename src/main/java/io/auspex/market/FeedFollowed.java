package io.auspex.market;

import java.util.List;

/**
 * News: another process takes the closes of this feed in, and this one follows what it stores. Told
 * again whenever following begins anew: what was known of the feed before may have gaps.
 *
 * @param symbols ordered
 * @param lastCloseTimeMillis up to here, inclusive, the candles are stored; milliseconds since the
 *     Unix epoch (UTC)
 */
public record FeedFollowed(
        String feed, Timeframe timeframe, List<Symbol> symbols, long lastCloseTimeMillis) {

    public FeedFollowed {
        symbols = List.copyOf(symbols);
    }
}
