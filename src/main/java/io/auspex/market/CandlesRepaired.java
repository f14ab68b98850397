package io.auspex.market;

/**
 * News: candles that were missing have been stored after all, or those of a symbol that joined
 * later. What was computed from the stored candles before may be other now.
 *
 * @param feed identity of the feed
 * @param earliestCloseMillis no stored close before this one has changed, milliseconds since the
 *     Unix epoch (UTC)
 */
public record CandlesRepaired(String feed, Timeframe timeframe, long earliestCloseMillis) {}
