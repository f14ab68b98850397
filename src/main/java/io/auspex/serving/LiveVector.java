package io.auspex.serving;

import io.auspex.features.CandleRange;
import io.auspex.features.Readiness;
import io.auspex.market.Symbol;
import java.util.List;

/**
 * The feature vector of a symbol as of the last close.
 *
 * @param closeTimeMillis close time of the newest candle that it uses
 * @param closePrice the symbol's last close price
 * @param values in the order of the schema
 * @param readiness whether a model may be asked about it
 * @param candles the candles that it can depend on: its own first, then those of correlated symbols
 */
public record LiveVector(
        Symbol symbol,
        long closeTimeMillis,
        double closePrice,
        FeatureVector values,
        Readiness readiness,
        List<CandleRange> candles) {

    public LiveVector {
        candles = List.copyOf(candles);
    }
}
