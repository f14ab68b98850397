package io.auspex.ensemble;

import io.auspex.market.Symbol;
import io.auspex.trades.Direction;

/**
 * A closed trade on paper, of one unit of money.
 *
 * @param entryMillis close time of the candle, milliseconds since the Unix epoch (UTC)
 * @param exitMillis likewise
 * @param pnl after fees, as a fraction of the position
 * @param confidence of the signal that opened it
 */
record PaperTrade(
        String member,
        Symbol symbol,
        Direction direction,
        long entryMillis,
        double entryPrice,
        long exitMillis,
        double exitPrice,
        double pnl,
        double confidence,
        ExitRule.Reason reason) {}
