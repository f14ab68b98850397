package io.auspex.features;

/**
 * The largest reading of the last {@code n} candles, kept in a queue of falling readings: amortised
 * constant work.
 */
abstract class RollingExtreme implements Indicator {

    private final int period;
    private final int mask;
    private final double[] readings;
    private final int[] counts;
    private int head;
    private int size;

    RollingExtreme(int period) {
        this.period = period;
        int capacity = Integer.highestOneBit(period) << 1;
        mask = capacity - 1;
        readings = new double[capacity];
        counts = new int[capacity];
    }

    @Override
    public final void update(CandleWindow window, int count) {
        double reading = reading(window);
        if (size > 0 && counts[head] <= count - period) {
            head = (head + 1) & mask;
            size--;
        }
        while (size > 0 && readings[(head + size - 1) & mask] <= reading) {
            size--;
        }
        int tail = (head + size) & mask;
        readings[tail] = reading;
        counts[tail] = count;
        size++;
    }

    abstract double reading(CandleWindow window);

    final double largest() {
        return readings[head];
    }

    /** The highest high of the last {@code n} candles. */
    static final class Highest extends RollingExtreme {

        Highest(int period) {
            super(period);
        }

        @Override
        double reading(CandleWindow window) {
            return window.high(0);
        }

        double value() {
            return largest();
        }
    }

    /** The lowest low of the last {@code n} candles. */
    static final class Lowest extends RollingExtreme {

        Lowest(int period) {
            super(period);
        }

        @Override
        double reading(CandleWindow window) {
            return -window.low(0);
        }

        double value() {
            return -largest();
        }
    }
}
