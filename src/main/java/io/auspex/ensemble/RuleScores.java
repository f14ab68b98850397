package io.auspex.ensemble;

import io.auspex.features.FeatureEngine;
import io.auspex.features.Readiness;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.ReturnDeviation;
import io.auspex.model.TargetSpec;
import io.auspex.serving.FeatureVector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Scores of the indicator rules over past closes, and what came of them: what a calibration is
 * fitted to. One owner; the memory grows with the candles that it is given.
 */
final class RuleScores {

    private final IndicatorRules rules;
    private final TargetSpec targets;
    private final Timeframe base;
    private final FeatureEngine engine;
    private final Map<Symbol, List<Scored>> bySymbol = new TreeMap<>();
    private long fromMillis = Long.MAX_VALUE;
    private long toMillis = Long.MIN_VALUE;

    /** NaN for a score while features were not ready. */
    private record Scored(long closeMillis, double price, double score) {}

    RuleScores(IndicatorRules rules, TargetSpec targets, Timeframe base) {
        this.rules = rules;
        this.targets = targets;
        this.base = base;
        this.engine = new FeatureEngine(rules.schema());
    }

    /** Takes the next close, in increasing time. */
    void accept(MarketClose close) {
        engine.accept(close);
        fromMillis = Math.min(fromMillis, close.closeTimeMillis());
        toMillis = close.closeTimeMillis();
        float[] row = new float[rules.schema().size()];
        for (Candle candle : close.candles()) {
            boolean ready = engine.write(candle.symbol(), row, 0) instanceof Readiness.Ready;
            bySymbol.computeIfAbsent(candle.symbol(), _ -> new ArrayList<>())
                    .add(
                            new Scored(
                                    close.closeTimeMillis(),
                                    candle.close(),
                                    ready ? rules.score(FeatureVector.of(row)) : Double.NaN));
        }
    }

    /** Empty with fewer than {@link RuleCalibration#MIN_ROWS} scores whose outcome is known. */
    Optional<RuleCalibration> calibration() {
        List<double[]> rows = new ArrayList<>();
        bySymbol.values().forEach(symbol -> collect(symbol, rows));
        return rows.size() < RuleCalibration.MIN_ROWS
                ? Optional.empty()
                : Optional.of(
                        RuleCalibration.fit(
                                Instant.ofEpochMilli(fromMillis),
                                Instant.ofEpochMilli(toMillis),
                                targets,
                                column(rows, 0),
                                column(rows, 1),
                                column(rows, 2)));
    }

    /** {@code [score, return, scale]} a row. */
    private void collect(List<Scored> symbol, List<double[]> rows) {
        long[] times = symbol.stream().mapToLong(Scored::closeMillis).toArray();
        double[] prices = symbol.stream().mapToDouble(Scored::price).toArray();
        double[] deviations =
                ReturnDeviation.of(times, prices, base.millis(), targets.volatilityCandles());
        long horizonMillis = targets.horizonCandles() * base.millis();
        int later = 0;
        for (int i = 0; i < times.length; i++) {
            while (later < times.length && times[later] < times[i] + horizonMillis) {
                later++;
            }
            double score = symbol.get(i).score();
            double scale = targets.scale(deviations[i]);
            if (later < times.length
                    && times[later] == times[i] + horizonMillis
                    && !Double.isNaN(score)
                    && scale > 0) {
                rows.add(new double[] {score, prices[later] / prices[i] - 1, scale});
            }
        }
    }

    private static double[] column(List<double[]> rows, int column) {
        return IntStream.range(0, rows.size()).mapToDouble(i -> rows.get(i)[column]).toArray();
    }
}
