package io.auspex.feedback;

import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.features.Readiness;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.serving.FeatureVector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Feature rows and prices of a simulated market whose returns are stretched in a range of closes:
 * an abrupt change of volatility that nobody trained for.
 */
final class SimulatedRows {

    private static final int WARM_UP = 600;

    final FeatureSchema schema;
    final List<Symbol> symbols;

    /** By close, from the end of the warm-up on. */
    final List<List<FeatureVector>> rows = new ArrayList<>();

    /** By close, from the end of the warm-up on, in the order of the symbols. */
    final List<double[]> prices = new ArrayList<>();

    final List<Long> times = new ArrayList<>();

    /**
     * @param closes after the warm-up
     * @param from first close whose returns are stretched
     * @param to the close behind the last of them
     */
    SimulatedRows(long seed, int closes, int from, int to, double stretch) {
        SimulatedMarket market = SimulatedMarket.standard(seed);
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        symbols = market.symbols().stream().sorted().toList();
        schema = FeatureSet.compact().schema(market.symbols());
        FeatureEngine engine = new FeatureEngine(schema);
        Map<Symbol, Double> real = new HashMap<>();
        Map<Symbol, Double> shown = new HashMap<>();
        for (int i = -WARM_UP; i < closes; i++) {
            double power = i >= from && i < to ? stretch : 1;
            MarketClose close = stretched(generator.next(), power, real, shown);
            engine.accept(close);
            if (i >= 0) {
                times.add(close.closeTimeMillis());
                prices.add(symbols.stream().mapToDouble(shown::get).toArray());
                rows.add(vectors(engine));
            }
        }
    }

    private List<FeatureVector> vectors(FeatureEngine engine) {
        List<FeatureVector> vectors = new ArrayList<>();
        for (Symbol symbol : symbols) {
            float[] row = new float[schema.size()];
            if (engine.write(symbol, row, 0) instanceof Readiness.Ready) {
                vectors.add(FeatureVector.of(row));
            }
        }
        return vectors;
    }

    private static MarketClose stretched(
            MarketClose close, double power, Map<Symbol, Double> real, Map<Symbol, Double> shown) {
        List<Candle> candles = new ArrayList<>();
        for (Candle candle : close.candles()) {
            double before = real.getOrDefault(candle.symbol(), candle.open());
            double start = shown.getOrDefault(candle.symbol(), candle.open());
            candles.add(
                    new Candle(
                            candle.symbol(),
                            candle.timeframe(),
                            candle.openTimeMillis(),
                            price(candle.open(), before, start, power),
                            price(candle.high(), before, start, power),
                            price(candle.low(), before, start, power),
                            price(candle.close(), before, start, power),
                            candle.volume()));
            real.put(candle.symbol(), candle.close());
            shown.put(candle.symbol(), candles.getLast().close());
        }
        return new MarketClose(close.feed(), close.closeTimeMillis(), candles);
    }

    private static double price(double value, double before, double start, double power) {
        return start * Math.pow(value / before, power);
    }
}
