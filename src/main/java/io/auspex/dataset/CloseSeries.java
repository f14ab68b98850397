package io.auspex.dataset;

import java.util.Arrays;

/** The closes of one symbol, growing; and later their labels. One owner. */
final class CloseSeries {

    private long[] times = new long[1024];
    private double[] closes = new double[1024];
    private int size;

    void add(long closeTimeMillis, double close) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            closes = Arrays.copyOf(closes, size * 2);
        }
        times[size] = closeTimeMillis;
        closes[size] = close;
        size++;
    }

    /** Close times later than an instant. */
    long[] timesAfter(long timeMillis) {
        return Arrays.copyOfRange(times, firstAfter(timeMillis), size);
    }

    /** Close prices later than an instant. */
    double[] closesAfter(long timeMillis) {
        return Arrays.copyOfRange(closes, firstAfter(timeMillis), size);
    }

    private int firstAfter(long timeMillis) {
        int found = Arrays.binarySearch(times, 0, size, timeMillis);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
