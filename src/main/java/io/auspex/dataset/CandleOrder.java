package io.auspex.dataset;

import io.auspex.features.FeatureSchema;
import io.auspex.market.Symbol;
import io.auspex.model.ModelSpec;
import java.util.List;

/**
 * {@code candles.json}: which rows a worker is to make of the candles beside it before it trains.
 *
 * @param seed of the trainer
 * @param schema the features to compute
 * @param feed of all candles; their timeframe is the model's
 * @param symbols what the numbers in {@code candle_symbols.npy} stand for
 */
public record CandleOrder(
        ModelSpec spec, long seed, FeatureSchema schema, String feed, List<Symbol> symbols) {

    public CandleOrder {
        symbols = List.copyOf(symbols);
    }
}
