package io.auspex.features;

/** Mean volume of the last {@code n} candles. Candles without volume give exactly zero. */
final class RollingVolume extends RollingSums {

    private final Peak peak = new Peak();
    private double sum;

    RollingVolume(int period) {
        super(period);
    }

    @Override
    void slide(CandleWindow window) {
        sum += window.volume(0) - window.volume(period);
    }

    @Override
    void recompute(CandleWindow window) {
        double total = 0;
        for (int back = period - 1; back >= 0; back--) {
            total += window.volume(back);
        }
        sum = total;
        peak.reset(total);
    }

    @Override
    boolean isPrecise() {
        return peak.isNear(sum);
    }

    double mean() {
        return sum / period;
    }

    /** Newest volume over the mean; 1 when there was no volume at all. */
    double ratio(CandleWindow window) {
        return sum == 0 ? 1 : window.volume(0) / mean();
    }
}
