package io.auspex.features;

/**
 * Moving average convergence divergence 12/26/9 of closes, in price units (TA-Lib MACD). As in
 * TA-Lib both averages begin at the 26th candle, seeded by the mean of the latest 12 and 26 closes,
 * and the signal by the mean of the first nine lines.
 */
final class Macd implements Indicator {

    static final int FAST = 12;
    static final int SLOW = 26;
    static final int SIGNAL = 9;

    /** Candles until line, signal and histogram have a value. */
    static final int WARM_UP = SLOW + SIGNAL - 1;

    /** A histogram below this share of the close is rounding noise of a flat price. */
    private static final double FLAT = 1e-12;

    private double fast;
    private double slow;
    private double signal;
    private int side;
    private int sideBefore;

    @Override
    public void update(CandleWindow window, int count) {
        if (count < SLOW) {
            return;
        }
        if (count == SLOW) {
            fast = mean(window, FAST);
            slow = mean(window, SLOW);
        } else {
            fast = smooth(fast, window.close(0), FAST);
            slow = smooth(slow, window.close(0), SLOW);
        }
        if (count <= WARM_UP) {
            signal += line() / SIGNAL;
        } else {
            signal = smooth(signal, line(), SIGNAL);
        }
        if (count >= WARM_UP) {
            sideBefore = side;
            side = sideOf(histogram(), window.close(0));
        }
    }

    double line() {
        return fast - slow;
    }

    double signal() {
        return signal;
    }

    double histogram() {
        return line() - signal;
    }

    /**
     * 1 when the line has just risen above its signal, -1 when it has just fallen below, else 0.
     */
    double cross() {
        return side == sideBefore ? 0 : side;
    }

    private static int sideOf(double histogram, double close) {
        return Math.abs(histogram) < FLAT * close ? 0 : histogram > 0 ? 1 : -1;
    }

    private static double mean(CandleWindow window, int candles) {
        double sum = 0;
        for (int back = candles - 1; back >= 0; back--) {
            sum += window.close(back);
        }
        return sum / candles;
    }

    private static double smooth(double average, double value, int period) {
        return average + (value - average) * (2.0 / (period + 1));
    }
}
