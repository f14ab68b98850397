/**
 * Owns the way market data comes in: the {@link io.auspex.ingest.Feed} port, its replay and
 * simulated implementations, and the candle store behind them. One flow: a feed hands over
 * validated closes in time order, history first and then live ones at the pace that was asked for;
 * each close is stored, and a live one goes on to the market's {@code CloseListener}. Bad data
 * never becomes a candle: it is refused with file, line and reason. The first version of a candle
 * stays; gaps are looked for and repaired beside the feed; a store that fails is waited for.
 *
 * <p>Arrows: imports {@code market} and {@code platform} only. The feeds themselves are plain Java;
 * those of exchanges come from their own package through {@link io.auspex.ingest.FeedSource}.
 */
@NullMarked
package io.auspex.ingest;

import org.jspecify.annotations.NullMarked;
