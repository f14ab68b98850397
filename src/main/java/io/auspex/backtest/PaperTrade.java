package io.auspex.backtest;

import io.auspex.market.Symbol;
import java.time.Instant;

/**
 * A closed position. Prices include slippage; money is in the quote currency.
 *
 * @param number counted from 1
 * @param direction {@code LONG} or {@code SHORT}
 * @param version that gave the signal
 * @param signalTime the close that was decided at
 * @param fees of both ends
 * @param pnl profit after fees
 * @param pnlFraction the same as a fraction of the value at entry
 */
public record PaperTrade(
        long number,
        Symbol symbol,
        String direction,
        int version,
        double confidence,
        Instant signalTime,
        Instant entryTime,
        double entryPrice,
        Instant exitTime,
        double exitPrice,
        double units,
        double fees,
        double pnl,
        double pnlFraction,
        ExitReason exit) {

    boolean isLong() {
        return direction.equals("LONG");
    }
}
