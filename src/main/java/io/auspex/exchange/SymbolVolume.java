package io.auspex.exchange;

import io.auspex.market.Symbol;

/**
 * A symbol and what was traded of it.
 *
 * @param quoteVolume of the last 24 hours, in the quote asset
 */
record SymbolVolume(Symbol symbol, double quoteVolume) {

    SymbolVolume {
        if (!Double.isFinite(quoteVolume) || quoteVolume < 0) {
            throw new IllegalArgumentException("volume of " + symbol + ": " + quoteVolume);
        }
    }
}
