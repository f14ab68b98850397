package io.auspex.features;

/**
 * The latest candles of one series, newest first, in rings of fixed size. {@code back} counts
 * candles into the past: 0 is the newest. Reading further back than was pushed since the last
 * {@link #CandleWindow creation} gives zeros; indicators guard against it with their own count.
 */
final class CandleWindow {

    private final int mask;
    private final double[] high;
    private final double[] low;
    private final double[] close;
    private final double[] volume;
    private final double[] typical;
    private int newest = -1;

    /**
     * @param candles how many candles must stay readable
     */
    CandleWindow(int candles) {
        int capacity = Integer.highestOneBit(Math.max(candles, 2) - 1) << 1;
        mask = capacity - 1;
        high = new double[capacity];
        low = new double[capacity];
        close = new double[capacity];
        volume = new double[capacity];
        typical = new double[capacity];
    }

    void push(double high, double low, double close, double volume) {
        newest = (newest + 1) & mask;
        this.high[newest] = high;
        this.low[newest] = low;
        this.close[newest] = close;
        this.volume[newest] = volume;
        this.typical[newest] = (high + low + close) / 3;
    }

    double high(int back) {
        return high[(newest - back) & mask];
    }

    double low(int back) {
        return low[(newest - back) & mask];
    }

    double close(int back) {
        return close[(newest - back) & mask];
    }

    double volume(int back) {
        return volume[(newest - back) & mask];
    }

    /** Mean of high, low and close. */
    double typical(int back) {
        return typical[(newest - back) & mask];
    }

    /** Relative change of the close over the given number of candles, as a fraction. */
    double change(int candles) {
        double then = close(candles);
        return (close(0) - then) / then;
    }

    /** Wilder's true range of the newest candle; needs the candle before it. */
    double trueRange() {
        double before = close(1);
        return Math.max(
                high(0) - low(0), Math.max(Math.abs(high(0) - before), Math.abs(low(0) - before)));
    }
}
