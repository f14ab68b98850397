package io.auspex.features;

/**
 * Average directional movement index, 0 to 100 (TA-Lib ADX): directional movements and true range
 * are first summed over {@code n - 1} candles, then smoothed by Wilder's sums; the index is seeded
 * by the mean of the first {@code n} directional values. While nothing has moved it keeps its
 * value, 0 from the start, as in TA-Lib.
 */
final class Adx implements Indicator {

    private final int period;
    private double plus;
    private double minus;
    private double range;
    private double index;

    Adx(int period) {
        this.period = period;
    }

    @Override
    public void update(CandleWindow window, int count) {
        if (count < 2) {
            return;
        }
        double up = window.high(0) - window.high(1);
        double down = window.low(1) - window.low(0);
        if (count > period) {
            plus -= plus / period;
            minus -= minus / period;
            range -= range / period;
        }
        range += window.trueRange();
        if (down > 0 && down > up) {
            minus += down;
        } else if (up > 0 && up > down) {
            plus += up;
        }
        if (count > period) {
            smooth(count);
        }
    }

    private void smooth(int count) {
        double total = plus + minus;
        // Without movement there is no direction: the seed then counts a 0, later the index stays.
        if (range == 0 || total == 0) {
            return;
        }
        double directional = 100 * (Math.abs(minus - plus) / total);
        if (count <= 2 * period) {
            index += directional / period;
        } else {
            index = (index * (period - 1) + directional) / period;
        }
    }

    double value() {
        return index;
    }
}
