package io.auspex.features;

import io.auspex.features.RollingExtreme.Highest;
import io.auspex.features.RollingExtreme.Lowest;

/**
 * Slow stochastic oscillator, 0 to 100: where the close lies between the lowest low and the highest
 * high of {@code n} candles, averaged over 3 (k), and that averaged over 3 again (d); TA-Lib STOCH
 * with simple averages. A flat range counts as 0, as in TA-Lib.
 */
final class Stochastic implements Indicator {

    static final int SMOOTHING = 3;

    private final int period;
    private final Highest highest;
    private final Lowest lowest;
    private final double[] raw = new double[SMOOTHING];
    private final double[] smooth = new double[SMOOTHING];

    /**
     * @param highest of the same period, updated before this indicator
     * @param lowest of the same period, updated before this indicator
     */
    Stochastic(int period, Highest highest, Lowest lowest) {
        this.period = period;
        this.highest = highest;
        this.lowest = lowest;
    }

    @Override
    public void update(CandleWindow window, int count) {
        if (count < period) {
            return;
        }
        double range = highest.value() - lowest.value();
        raw[count % SMOOTHING] =
                range == 0 ? 0 : 100 * ((window.close(0) - lowest.value()) / range);
        smooth[count % SMOOTHING] = mean(raw);
    }

    double k() {
        return mean(raw);
    }

    double d() {
        return mean(smooth);
    }

    private static double mean(double[] values) {
        return (values[0] + values[1] + values[2]) / SMOOTHING;
    }
}
