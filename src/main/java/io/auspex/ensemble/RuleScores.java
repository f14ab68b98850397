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
import java.util.EnumMap;
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

    /**
     * A candle with the score of every style.
     *
     * @param isReady whether its features were; else the scores are of no use
     */
    private record Scored(
            long closeMillis,
            double price,
            boolean isReady,
            double all,
            double following,
            double reverting) {

        double score(RuleStyle style) {
            return switch (style) {
                case ALL -> all;
                case FOLLOWING -> following;
                case REVERTING -> reverting;
            };
        }
    }

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
                    .add(scored(close.closeTimeMillis(), candle, ready, FeatureVector.of(row)));
        }
    }

    private Scored scored(long closeMillis, Candle candle, boolean ready, FeatureVector row) {
        return new Scored(
                closeMillis,
                candle.close(),
                ready,
                ready ? rules.score(RuleStyle.ALL, row) : 0,
                ready ? rules.score(RuleStyle.FOLLOWING, row) : 0,
                ready ? rules.score(RuleStyle.REVERTING, row) : 0);
    }

    /** Empty with fewer than {@link RuleCalibration#MIN_ROWS} scores whose outcome is known. */
    Optional<RuleCalibration> calibration() {
        List<double[]> rows = new ArrayList<>();
        bySymbol.values().forEach(symbol -> collect(symbol, rows));
        Map<RuleStyle, double[]> scores = new EnumMap<>(RuleStyle.class);
        for (RuleStyle style : RuleStyle.values()) {
            scores.put(style, column(rows, 2 + style.ordinal()));
        }
        return rows.size() < RuleCalibration.MIN_ROWS
                ? Optional.empty()
                : Optional.of(
                        RuleCalibration.fit(
                                Instant.ofEpochMilli(fromMillis),
                                Instant.ofEpochMilli(toMillis),
                                targets,
                                scores,
                                column(rows, 0),
                                column(rows, 1)));
    }

    /** {@code [return, scale, score of each style..]} a row. */
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
            Scored scored = symbol.get(i);
            double scale = targets.scale(deviations[i]);
            if (later < times.length
                    && times[later] == times[i] + horizonMillis
                    && scored.isReady()
                    && scale > 0) {
                rows.add(row(scored, prices[later] / prices[i] - 1, scale));
            }
        }
    }

    private static double[] row(Scored scored, double change, double scale) {
        double[] row = new double[2 + RuleStyle.values().length];
        row[0] = change;
        row[1] = scale;
        for (RuleStyle style : RuleStyle.values()) {
            row[2 + style.ordinal()] = scored.score(style);
        }
        return row;
    }

    private static double[] column(List<double[]> rows, int column) {
        return IntStream.range(0, rows.size()).mapToDouble(i -> rows.get(i)[column]).toArray();
    }
}
