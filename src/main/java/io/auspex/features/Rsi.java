package io.auspex.features;

/**
 * Relative strength index, 0 to 100, with Wilder's smoothing seeded by the mean of the first {@code
 * n} changes (TA-Lib RSI). A price that never moved gives 0, as TA-Lib does.
 */
final class Rsi implements Indicator {

    private final int period;
    private double gain;
    private double loss;

    Rsi(int period) {
        this.period = period;
    }

    @Override
    public void update(CandleWindow window, int count) {
        if (count < 2) {
            return;
        }
        double change = window.close(0) - window.close(1);
        double up = Math.max(change, 0);
        double down = Math.max(-change, 0);
        if (count <= period + 1) {
            gain += up / period;
            loss += down / period;
        } else {
            gain = (gain * (period - 1) + up) / period;
            loss = (loss * (period - 1) + down) / period;
        }
    }

    double value() {
        double total = gain + loss;
        return total == 0 ? 0 : 100 * (gain / total);
    }
}
