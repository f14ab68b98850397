package io.auspex.ingest;

import io.auspex.market.Symbol;
import java.time.Instant;

/**
 * What is stored of a symbol.
 *
 * @param first close time of its first candle
 * @param last close time of its last candle
 * @param candles how many there are
 * @param missing how many are not there between its first and the last close of the feed
 * @param repaired how many had been missing and came later
 * @param corrections other versions of its candles that were noted and not applied
 */
public record CandleCoverage(
        Symbol symbol,
        Instant first,
        Instant last,
        long candles,
        long missing,
        long repaired,
        long corrections) {}
