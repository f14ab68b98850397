package io.auspex.feedback;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.ReturnDeviation;
import io.auspex.model.TargetSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What became of signals, by the definitions that made the training labels ({@link TargetSpec},
 * {@link ReturnDeviation}).
 */
final class Realisation {

    private final TargetSpec spec;
    private final Timeframe timeframe;
    private final Map<Symbol, NavigableMap<Long, Double>> closes = new HashMap<>();
    private final Map<Symbol, Deviations> deviations = new HashMap<>();

    /** Deviation of the returns at each close of a symbol. */
    private record Deviations(long[] times, double[] values) {

        double at(long closeTimeMillis) {
            int found = Arrays.binarySearch(times, closeTimeMillis);
            return found < 0 ? Double.NaN : values[found];
        }
    }

    private Realisation(TargetSpec spec, Timeframe timeframe) {
        this.spec = spec;
        this.timeframe = timeframe;
    }

    /** The close after which stored candles are needed, for signals from a close on. */
    static long closesAfter(TargetSpec spec, Timeframe timeframe, long firstCloseMillis) {
        long step = timeframe.millis();
        return spec.volatilityScaled()
                ? firstCloseMillis - (spec.volatilityCandles() + 1L) * step
                : firstCloseMillis + (spec.horizonCandles() - 1L) * step;
    }

    /**
     * One outcome a signal, in their order.
     *
     * @param stored the closes of {@link #closesAfter} up to the last horizon
     */
    static List<SignalOutcome> of(
            TargetSpec spec,
            Timeframe timeframe,
            List<DueSignal> signals,
            List<MarketClose> stored) {
        Realisation realisation = new Realisation(spec, timeframe);
        for (MarketClose close : stored) {
            for (Candle candle : close.candles()) {
                realisation
                        .closes
                        .computeIfAbsent(candle.symbol(), _ -> new TreeMap<>())
                        .put(close.closeTimeMillis(), candle.close());
            }
        }
        return signals.stream().map(realisation::outcome).toList();
    }

    private SignalOutcome outcome(DueSignal signal) {
        long due = signal.closeTimeMillis() + spec.horizonCandles() * timeframe.millis();
        Instant dueTime = Instant.ofEpochMilli(due);
        NavigableMap<Long, Double> prices = closes.getOrDefault(signal.symbol(), new TreeMap<>());
        Double later = prices.get(due);
        if (later == null) {
            return SignalOutcome.unknown(
                    signal.id(),
                    dueTime,
                    "there is no candle of %s that closes at %s"
                            .formatted(signal.symbol(), dueTime));
        }
        double change = later / signal.closePrice() - 1;
        double scale = spec.scale(deviation(signal, prices));
        boolean known = scale > 0;
        return new SignalOutcome(
                signal.id(),
                dueTime,
                change,
                known ? spec.up(change, scale) : null,
                known ? spec.down(change, scale) : null,
                known ? spec.stop(change, scale) : null,
                known ? null : unknownScale(signal));
    }

    private static String unknownScale(DueSignal signal) {
        return "the volatility of %s before it is unknown, and with it the thresholds"
                .formatted(signal.symbol());
    }

    private double deviation(DueSignal signal, NavigableMap<Long, Double> prices) {
        if (!spec.volatilityScaled()) {
            return Double.NaN;
        }
        return deviations
                .computeIfAbsent(signal.symbol(), _ -> deviations(prices))
                .at(signal.closeTimeMillis());
    }

    private Deviations deviations(NavigableMap<Long, Double> prices) {
        long[] times = prices.keySet().stream().mapToLong(Long::longValue).toArray();
        double[] values = prices.values().stream().mapToDouble(Double::doubleValue).toArray();
        return new Deviations(
                times,
                ReturnDeviation.of(times, values, timeframe.millis(), spec.volatilityCandles()));
    }
}
