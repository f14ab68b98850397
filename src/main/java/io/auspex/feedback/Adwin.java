package io.auspex.feedback;

import java.util.Optional;

/**
 * Adaptive windowing: keeps the longest window of a stream in which no change of the mean can be
 * shown, as an exponential histogram, and says when it cuts an older part off.
 *
 * <p>Source: Bifet, Gavalda, Learning from time-changing data with adaptive windowing, SIAM
 * International Conference on Data Mining (2007), algorithm ADWIN2: the bound of theorem 3.2 with
 * the variance of the window, {@code sqrt(2/m v ln(2/d')) + 2/(3m) ln(2/d')}, {@code d' = delta /
 * ln n}, {@code m} the harmonic mean of both parts' sizes halved.
 *
 * <p>Memory: at most {@value #ROWS} rows of {@value #BUCKETS} buckets, whatever the stream. Time:
 * one look at every bucket a value. Not thread-safe.
 */
final class Adwin {

    /** Buckets of one size before two of them become one of the next. */
    private static final int BUCKETS = 5;

    /** A bucket of row i holds 2^i values: no stream fills the last. */
    private static final int ROWS = 40;

    /** Neither part of a cut is smaller. */
    private static final int LEAST_PART = 5;

    private final double delta;

    /** By row; in a row the oldest bucket first. */
    private final double[][] sums = new double[ROWS][BUCKETS + 1];

    private final double[][] squares = new double[ROWS][BUCKETS + 1];
    private final int[] filled = new int[ROWS];
    private long width;
    private double sum;

    /** Sum of squared distances from the mean. */
    private double spread;

    /**
     * The mean has changed.
     *
     * @param before mean of the part that was cut off
     * @param after mean of the window that is left
     */
    record Cut(double before, double after) {}

    /**
     * @param delta confidence in (0, 1): the chance of a false alarm, per value added
     */
    Adwin(double delta) {
        if (!(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("delta must be in (0, 1): " + delta);
        }
        this.delta = delta;
    }

    /** Values in the window. */
    long width() {
        return width;
    }

    double mean() {
        return width == 0 ? Double.NaN : sum / width;
    }

    /** Buckets in use. */
    int buckets() {
        int buckets = 0;
        for (int row : filled) {
            buckets += row;
        }
        return buckets;
    }

    /**
     * Takes the next value.
     *
     * @param value in [0, 1]
     */
    Optional<Cut> add(double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("values are in [0, 1]: " + value);
        }
        spread += width == 0 ? 0 : (value - mean()) * (value - mean()) * width / (width + 1.0);
        width++;
        sum += value;
        push(0, value, 0);
        return shrink();
    }

    private void push(int row, double total, double distances) {
        sums[row][filled[row]] = total;
        squares[row][filled[row]] = distances;
        filled[row]++;
        if (filled[row] > BUCKETS && row + 1 < ROWS) {
            double size = size(row);
            double apart = (sums[row][0] - sums[row][1]) / size;
            double together = squares[row][0] + squares[row][1] + apart * apart * size / 2;
            double both = sums[row][0] + sums[row][1];
            drop(row, 2);
            push(row + 1, both, together);
        }
    }

    /** Forgets the oldest buckets of a row. */
    private void drop(int row, int count) {
        filled[row] -= count;
        System.arraycopy(sums[row], count, sums[row], 0, filled[row]);
        System.arraycopy(squares[row], count, squares[row], 0, filled[row]);
    }

    private Optional<Cut> shrink() {
        double cutSum = 0;
        long cutWidth = 0;
        while (changed()) {
            int row = oldestRow();
            double size = size(row);
            double total = sums[row][0];
            double rest = width - size;
            double apart = total / size - (sum - total) / rest;
            spread = Math.max(0, spread - squares[row][0] - apart * apart * size * rest / width);
            cutSum += total;
            cutWidth += (long) size;
            sum -= total;
            width -= (long) size;
            drop(row, 1);
        }
        return cutWidth == 0 ? Optional.empty() : Optional.of(new Cut(cutSum / cutWidth, mean()));
    }

    /** Whether some way to part the window into older and newer shows different means. */
    private boolean changed() {
        double olderSum = 0;
        double olderWidth = 0;
        for (int row = oldestRow(); row >= 0; row--) {
            for (int bucket = 0; bucket < filled[row]; bucket++) {
                olderSum += sums[row][bucket];
                olderWidth += size(row);
                double newerWidth = width - olderWidth;
                if (newerWidth < LEAST_PART) {
                    return false;
                }
                if (olderWidth >= LEAST_PART
                        && Math.abs(olderSum / olderWidth - (sum - olderSum) / newerWidth)
                                > bound(olderWidth, newerWidth)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What the means of two parts of one distribution differ by at most, but for delta. */
    private double bound(double olderWidth, double newerWidth) {
        double m = 1 / (1 / olderWidth + 1 / newerWidth);
        double logarithm = Math.log(2 * Math.max(1, Math.log(width)) / delta);
        return Math.sqrt(2 / m * (spread / width) * logarithm) + 2 / (3 * m) * logarithm;
    }

    private int oldestRow() {
        int row = ROWS - 1;
        while (row > 0 && filled[row] == 0) {
            row--;
        }
        return row;
    }

    private static double size(int row) {
        return Math.scalb(1.0, row);
    }
}
