package io.auspex.features;

import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;

/** Streaming state of all symbols of a market. Not thread-safe: one owner. */
public final class FeatureEngine {

    private final FeatureSchema schema;

    public FeatureEngine(FeatureSchema schema) {
        this.schema = schema;
    }

    public FeatureSchema schema() {
        return schema;
    }

    /** Takes the base candles of one close, in increasing time. */
    public void accept(MarketClose close) {
        throw new IllegalStateException("built on the features branch: " + close);
    }

    /**
     * Writes the vector of a symbol as of the last accepted close.
     *
     * @param row receives {@code schema().size()} values from {@code offset} on; NaN where a
     *     feature has no value
     */
    public Readiness write(Symbol symbol, float[] row, int offset) {
        throw new IllegalStateException(
                "built on the features branch: " + symbol + row.length + offset);
    }
}
