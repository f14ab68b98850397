package io.auspex.dataset;

import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.ReturnDeviation;
import io.auspex.model.TargetSpec;
import java.util.Arrays;

/**
 * Labels the closes of one symbol as {@link TargetSpec} says. The label of a close looks at the
 * candle exactly one horizon later on the time grid and, when thresholds are scaled by volatility,
 * at the candles up to the close itself: at nothing else.
 */
public final class Targets {

    private static final int HEADS = ModelKind.MARKET.heads().size();

    private final TargetSpec spec;
    private final long stepMillis;
    private final long[] times;
    private final double[] closes;
    private final double[] volatility;

    private Targets(TargetSpec spec, Timeframe timeframe, long[] times, double[] closes) {
        this.spec = spec;
        this.stepMillis = timeframe.millis();
        this.times = times;
        this.closes = closes;
        this.volatility =
                spec.volatilityScaled()
                        ? ReturnDeviation.of(times, closes, stepMillis, spec.volatilityCandles())
                        : new double[0];
    }

    /**
     * Labels every close.
     *
     * @param times close times of the candles of one symbol, strictly ascending, on the grid
     * @param closes their close prices
     * @return {@code [n, 4]}, row after row in {@link Head} order. All of a row is NaN when the
     *     candle one horizon later is missing: not yet there, or lost in a gap. The probabilities
     *     alone are NaN when a scaled threshold is unknown: fewer than half of the window's returns
     *     are there, or the price has not moved at all.
     */
    public static float[] of(TargetSpec spec, Timeframe timeframe, long[] times, double[] closes) {
        if (times.length != closes.length) {
            throw new IllegalArgumentException(
                    times.length + " times for " + closes.length + " closes");
        }
        for (int i = 1; i < times.length; i++) {
            if (times[i] <= times[i - 1]) {
                throw new IllegalArgumentException("close " + i + " goes back in time");
            }
        }
        return new Targets(spec, timeframe, times, closes).labels();
    }

    private float[] labels() {
        float[] labels = new float[times.length * HEADS];
        Arrays.fill(labels, Float.NaN);
        long horizonMillis = spec.horizonCandles() * stepMillis;
        int later = 0;
        for (int i = 0; i < times.length; i++) {
            while (later < times.length && times[later] < times[i] + horizonMillis) {
                later++;
            }
            if (later < times.length && times[later] == times[i] + horizonMillis) {
                label(labels, i, closes[later] / closes[i] - 1);
            }
        }
        return labels;
    }

    private void label(float[] labels, int i, double change) {
        labels[i * HEADS + Head.EXPECTED_RETURN.column()] = (float) change;
        double scale = spec.scale(spec.volatilityScaled() ? volatility[i] : Double.NaN);
        if (scale > 0) {
            labels[i * HEADS + Head.P_UP.column()] = spec.up(change, scale) ? 1 : 0;
            labels[i * HEADS + Head.P_DOWN.column()] = spec.down(change, scale) ? 1 : 0;
            labels[i * HEADS + Head.P_STOP.column()] = spec.stop(change, scale) ? 1 : 0;
        }
    }
}
