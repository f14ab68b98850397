package io.auspex.features;

/**
 * Money flow index, 0 to 100: the share of typical price times volume that flowed with a rising
 * typical price over the last {@code n} candles (TA-Lib MFI). No flow at all gives 0, as in TA-Lib,
 * which however also answers 0 for any flow below 1.0; that depends on the currency and is not
 * copied.
 */
final class Mfi implements Indicator {

    private final Sums sums;

    Mfi(int period) {
        sums = new Sums(period);
    }

    @Override
    public void update(CandleWindow window, int count) {
        // The first candle has no direction: n flows need n + 1 candles.
        sums.update(window, count - 1);
    }

    double value() {
        double total = sums.positive + sums.negative;
        return total == 0 ? 0 : Math.clamp(100 * (sums.positive / total), 0, 100);
    }

    private static final class Sums extends RollingSums {

        private final Peak peak = new Peak();
        private double positive;
        private double negative;

        Sums(int period) {
            super(period);
        }

        @Override
        void slide(CandleWindow window) {
            add(flow(window, 0));
            drop(flow(window, period));
        }

        @Override
        void recompute(CandleWindow window) {
            positive = 0;
            negative = 0;
            for (int back = period - 1; back >= 0; back--) {
                add(flow(window, back));
            }
            peak.reset(positive + negative);
        }

        @Override
        boolean isPrecise() {
            return peak.isNear(positive + negative);
        }

        private void add(double flow) {
            positive += Math.max(flow, 0);
            negative += Math.max(-flow, 0);
        }

        private void drop(double flow) {
            positive -= Math.max(flow, 0);
            negative -= Math.max(-flow, 0);
        }

        private static double flow(CandleWindow window, int back) {
            double change = window.typical(back) - window.typical(back + 1);
            double flow = window.typical(back) * window.volume(back);
            return change > 0 ? flow : change < 0 ? -flow : 0;
        }
    }
}
