package io.auspex.features;

/**
 * Least-squares slope of the on-balance volume over the last {@code n} candles, divided by their
 * mean volume (TA-Lib LINEARREG_SLOPE of OBV over SMA of volume): the share of the volume that
 * flowed with the price, -1.5 to 1.5. No volume at all gives 0.
 *
 * <p>The slope is written by the signed volumes {@code d} themselves, {@code 6 sum(j (n - j) d(j))
 * / (n (n^2 - 1))} with {@code j = 1..n-1}, oldest first: the level of the on-balance volume, which
 * depends on where it began, never enters.
 */
final class ObvSlope extends RollingSums {

    private final Peak peak = new Peak();
    private double volume;
    private double flow;
    private double weighted;
    private double squared;

    ObvSlope(int period) {
        super(period);
    }

    @Override
    void slide(CandleWindow window) {
        int weight = period - 1;
        double added = signed(window, 0);
        double dropped = signed(window, weight);
        squared += flow - 2 * weighted + (double) weight * weight * added;
        weighted += weight * added - flow;
        flow += added - dropped;
        volume += window.volume(0) - window.volume(period);
    }

    @Override
    void recompute(CandleWindow window) {
        flow = 0;
        weighted = 0;
        squared = 0;
        volume = window.volume(period - 1);
        for (int back = period - 2; back >= 0; back--) {
            double weight = period - 1 - back;
            double signed = signed(window, back);
            flow += signed;
            weighted += weight * signed;
            squared += weight * weight * signed;
            volume += window.volume(back);
        }
        peak.reset(volume);
    }

    @Override
    boolean isPrecise() {
        return peak.isNear(volume);
    }

    double value() {
        if (volume == 0) {
            return 0;
        }
        double n = period;
        double slope = 6 * (n * weighted - squared) / (n * (n * n - 1));
        return slope / (volume / n);
    }

    private static double signed(CandleWindow window, int back) {
        double change = window.close(back) - window.close(back + 1);
        return change > 0 ? window.volume(back) : change < 0 ? -window.volume(back) : 0;
    }
}
