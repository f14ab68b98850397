package io.auspex.features;

/**
 * Mean and population standard deviation of the last {@code n} closes, by Welford's update. Equal
 * closes give a deviation of exactly zero.
 */
final class RollingMoments extends RollingSums {

    private final Peak peak = new Peak();
    private double mean;
    private double squares;

    RollingMoments(int period) {
        super(period);
    }

    @Override
    void slide(CandleWindow window) {
        double added = window.close(0);
        double dropped = window.close(period);
        double delta = added - dropped;
        double before = mean;
        mean += delta / period;
        squares += delta * ((added - mean) + (dropped - before));
    }

    @Override
    void recompute(CandleWindow window) {
        // Relative to the newest close: differences of equal closes are exactly zero.
        double reference = window.close(0);
        double sum = 0;
        for (int back = period - 1; back >= 0; back--) {
            sum += window.close(back) - reference;
        }
        double offset = sum / period;
        double total = 0;
        for (int back = period - 1; back >= 0; back--) {
            double deviation = window.close(back) - reference - offset;
            total += deviation * deviation;
        }
        mean = reference + offset;
        squares = total;
        peak.reset(total);
    }

    @Override
    boolean isPrecise() {
        return peak.isNear(squares);
    }

    double mean() {
        return mean;
    }

    double deviation() {
        return Math.sqrt(squares / period);
    }
}
