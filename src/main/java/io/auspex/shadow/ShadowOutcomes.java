package io.auspex.shadow;

import io.auspex.dataset.Targets;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.OutOfSample;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What came of pairs, by the stored candles and the model's own targets. Blocking, for virtual
 * threads.
 */
record ShadowOutcomes(CandleHistory history, ModelSpec spec, String feed) {

    private static final int HEADS = ModelKind.MARKET.heads().size();

    /** How far a label reaches beyond its close. */
    static long horizonMillis(ModelSpec spec) {
        return spec.targets().horizonCandles() * spec.market().timeframe().millis();
    }

    /**
     * The pairs as rows, with the labels known by now; others are NaN.
     *
     * @param pairs ordered by close time
     * @param shadowIsModel whether the version in the shadow is the one in question; the other one
     *     is what it is compared with
     */
    OutOfSample rows(List<ShadowPair> pairs, boolean shadowIsModel) {
        long[] times = pairs.stream().mapToLong(ShadowPair::closeTimeMillis).toArray();
        float[] targets = new float[pairs.size() * HEADS];
        float[] champion = new float[targets.length];
        float[] shadow = new float[targets.length];
        Map<Symbol, Map<Long, float[]>> labels = pairs.isEmpty() ? Map.of() : labels(times);
        for (int i = 0; i < pairs.size(); i++) {
            ShadowPair pair = pairs.get(i);
            float[] label =
                    labels.getOrDefault(pair.symbol(), Map.of()).get(pair.closeTimeMillis());
            for (Head head : ModelKind.MARKET.heads()) {
                int at = i * HEADS + head.column();
                targets[at] = label == null ? Float.NaN : label[head.column()];
                champion[at] = Objects.requireNonNull(pair.champion().get(head)).floatValue();
                shadow[at] = Objects.requireNonNull(pair.shadow().get(head)).floatValue();
            }
        }
        return shadowIsModel
                ? new OutOfSample(times, targets, shadow, champion)
                : new OutOfSample(times, targets, champion, shadow);
    }

    private Map<Symbol, Map<Long, float[]>> labels(long[] times) {
        long window =
                spec.targets().volatilityScaled()
                        ? (spec.targets().volatilityCandles() + 1L)
                                * spec.market().timeframe().millis()
                        : 0;
        Map<Symbol, TreeMap<Long, Double>> prices = new HashMap<>();
        for (MarketClose close :
                history.closes(
                        feed,
                        spec.market().timeframe(),
                        times[0] - window - 1,
                        times[times.length - 1] + horizonMillis(spec))) {
            for (Candle candle : close.candles()) {
                prices.computeIfAbsent(candle.symbol(), _ -> new TreeMap<>())
                        .put(close.closeTimeMillis(), candle.close());
            }
        }
        Map<Symbol, Map<Long, float[]>> labels = new HashMap<>();
        prices.forEach((symbol, closes) -> labels.put(symbol, labels(closes)));
        return labels;
    }

    private Map<Long, float[]> labels(TreeMap<Long, Double> closes) {
        long[] times = closes.keySet().stream().mapToLong(Long::longValue).toArray();
        double[] prices = closes.values().stream().mapToDouble(Double::doubleValue).toArray();
        float[] all = Targets.of(spec.targets(), spec.market().timeframe(), times, prices);
        Map<Long, float[]> labels = HashMap.newHashMap(times.length);
        for (int i = 0; i < times.length; i++) {
            labels.put(times[i], Arrays.copyOfRange(all, i * HEADS, (i + 1) * HEADS));
        }
        return labels;
    }
}
