package io.auspex.features;

/**
 * Sums over the last {@code period} candles that are slid in constant time and recomputed from the
 * window every {@code period} candles, so that rounding errors cannot pile up; amortised the work
 * stays constant. They are also recomputed when a sum has shrunk to a ten-thousandth of what it was
 * since the last recomputation: a volume spike that leaves the window would otherwise leave its
 * rounding error behind, larger than the quiet volumes that remain. Both moments follow from the
 * candles since the start alone, so they are the same in every run.
 */
abstract class RollingSums implements Indicator {

    final int period;

    RollingSums(int period) {
        this.period = period;
    }

    @Override
    public final void update(CandleWindow window, int count) {
        if (count < period) {
            return;
        }
        if (count % period != 0) {
            slide(window);
            if (isPrecise()) {
                return;
            }
        }
        recompute(window);
    }

    /** Drops the candle at {@code back == period} and adds the newest. */
    abstract void slide(CandleWindow window);

    /** Computes everything from the candles at {@code back < period}. */
    abstract void recompute(CandleWindow window);

    /** Whether no sum has lost too many digits since it was recomputed. */
    abstract boolean isPrecise();

    /** The largest size of one sum since it was recomputed. */
    static final class Peak {

        private static final double LOST = 1e-4;

        private double peak;

        void reset(double size) {
            peak = size;
        }

        /** False for a size that fell too far, and for NaN. */
        boolean isNear(double size) {
            peak = Math.max(peak, size);
            return size >= peak * LOST;
        }
    }
}
