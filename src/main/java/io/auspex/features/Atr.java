package io.auspex.features;

/**
 * Average true range in price units: Wilder's smoothing, seeded by the mean of the first {@code n}
 * true ranges (TA-Lib ATR).
 */
final class Atr implements Indicator {

    private final int period;
    private double average;

    Atr(int period) {
        this.period = period;
    }

    @Override
    public void update(CandleWindow window, int count) {
        if (count < 2) {
            return;
        }
        double range = window.trueRange();
        if (count <= period + 1) {
            average += range / period;
        } else {
            average = (average * (period - 1) + range) / period;
        }
    }

    double value() {
        return average;
    }
}
