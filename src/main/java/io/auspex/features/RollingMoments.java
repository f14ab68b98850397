package io.auspex.features;

/**
 * Mean and population standard deviation of the last {@code n} closes, by Welford's update of their
 * distances from a reference close: a deviation may be a millionth of the price, and the digits of
 * the price itself would drown it. Equal closes give a deviation of exactly zero.
 */
final class RollingMoments extends RollingSums {

    private final Peak peak = new Peak();
    private double reference;

    /** The mean less the reference. */
    private double offset;

    /** Sum of squared distances from the mean. */
    private double squares;

    RollingMoments(int period) {
        super(period);
    }

    @Override
    void slide(CandleWindow window) {
        double added = window.close(0) - reference;
        double dropped = window.close(period) - reference;
        double delta = added - dropped;
        double before = offset;
        offset += delta / period;
        squares += delta * ((added - offset) + (dropped - before));
    }

    @Override
    void recompute(CandleWindow window) {
        reference = window.close(0);
        double sum = 0;
        for (int back = period - 1; back >= 0; back--) {
            sum += window.close(back) - reference;
        }
        offset = sum / period;
        double total = 0;
        for (int back = period - 1; back >= 0; back--) {
            double deviation = window.close(back) - reference - offset;
            total += deviation * deviation;
        }
        squares = total;
        peak.reset(total);
    }

    @Override
    boolean isPrecise() {
        return peak.isNear(squares);
    }

    double mean() {
        return reference + offset;
    }

    double deviation() {
        return Math.sqrt(squares / period);
    }
}
