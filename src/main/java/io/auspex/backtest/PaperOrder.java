package io.auspex.backtest;

import io.auspex.market.Symbol;

/**
 * An entry that waits for the next candle.
 *
 * @param signalMillis close time of the signal
 * @param value of the position, in the quote currency
 */
record PaperOrder(
        Symbol symbol,
        boolean isLong,
        long signalMillis,
        double value,
        double confidence,
        int version) {}
