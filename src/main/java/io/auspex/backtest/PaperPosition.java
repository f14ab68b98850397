package io.auspex.backtest;

import io.auspex.market.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * An open position.
 *
 * @param entryPrice slippage included
 * @param entryFee paid already
 * @param stop 0 for none
 * @param dueMillis from this close on it is left
 * @param leaving why it is left at the next open; null while it is not
 */
record PaperPosition(
        Symbol symbol,
        boolean isLong,
        long signalMillis,
        long entryMillis,
        double entryPrice,
        double units,
        double entryFee,
        double stop,
        long dueMillis,
        double confidence,
        int version,
        @Nullable ExitReason leaving) {

    PaperPosition leaving(ExitReason reason) {
        return new PaperPosition(
                symbol,
                isLong,
                signalMillis,
                entryMillis,
                entryPrice,
                units,
                entryFee,
                stop,
                dueMillis,
                confidence,
                version,
                reason);
    }
}
