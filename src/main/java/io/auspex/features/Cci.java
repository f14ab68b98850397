package io.auspex.features;

/**
 * Commodity channel index: the typical price's distance from its mean over 0.015 mean absolute
 * deviations (TA-Lib CCI). The deviation is taken about the newest mean, so the work is one pass
 * over the period. A flat typical price gives 0, as TA-Lib does.
 */
final class Cci {

    private static final double LAMBERT = 0.015;

    private Cci() {}

    static double of(CandleWindow window, int period) {
        // Relative to the newest typical price: a flat window gives exact zeros.
        double newest = window.typical(0);
        double sum = 0;
        for (int back = period - 1; back > 0; back--) {
            sum += window.typical(back) - newest;
        }
        double mean = sum / period;
        double deviation = 0;
        for (int back = period - 1; back >= 0; back--) {
            deviation += Math.abs(window.typical(back) - newest - mean);
        }
        return deviation == 0 ? 0 : -mean / (LAMBERT * (deviation / period));
    }
}
