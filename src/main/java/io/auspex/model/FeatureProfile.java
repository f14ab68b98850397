package io.auspex.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the features of a training window are distributed: what live values are compared with. Part
 * of {@link TrainingReport}, not of the ONNX file.
 *
 * @param rows rows that it was made of; at most {@value #MAX_ROWS}, evenly spaced
 * @param features by name, in the order of the schema; one that had no finite value is left out
 */
public record FeatureProfile(long rows, Map<String, Feature> features) {

    /** Closes of the windows that live values are compared in. */
    public static final int WINDOW_CLOSES = 500;

    /** Rows that a profile is made of at most. */
    public static final int MAX_ROWS = 20_000;

    private static final int BINS = 10;
    private static final double TAIL = 0.001;

    /** Fewer windows, or rows of a window, say nothing of what windows differ by. */
    private static final int LEAST_WINDOWS = 4;

    private static final int LEAST_WINDOW_ROWS = 100;

    public FeatureProfile {
        features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
    }

    /**
     * One feature.
     *
     * @param edges inner edges of the bins, strictly ascending: the deciles, or fewer where values
     *     repeat; a value on an edge belongs to the bin below
     * @param shares of the finite training values in each bin, one more than edges, each above 0
     * @param low 0.001 quantile
     * @param high 0.999 quantile
     * @param missing share of rows without a finite value
     * @param windowPsi greatest {@link #stabilityIndex} of the training window's own stretches of
     *     {@value #WINDOW_CLOSES} closes: features with a long memory, and the calendar, differ
     *     between such stretches without any change; null when there are fewer than four
     * @param windowKs mean {@link #distance} of those stretches
     */
    public record Feature(
            List<Float> edges,
            List<Double> shares,
            float low,
            float high,
            double missing,
            @Nullable Double windowPsi,
            @Nullable Double windowKs) {

        /** An empty bin counts as half a value: the index would be infinite. */
        private static final double EMPTY_BIN = 0.5;

        public Feature {
            edges = List.copyOf(edges);
            shares = List.copyOf(shares);
            if (shares.size() != edges.size() + 1) {
                throw new IllegalArgumentException(
                        edges.size() + " edges for " + shares.size() + " shares");
            }
            for (int i = 1; i < edges.size(); i++) {
                if (!(edges.get(i - 1) < edges.get(i))) {
                    throw new IllegalArgumentException("edges must ascend: " + edges);
                }
            }
            for (double share : shares) {
                if (!(share > 0 && share <= 1)) {
                    throw new IllegalArgumentException("shares must be in (0, 1]: " + shares);
                }
            }
            if (!(low <= high)) {
                throw new IllegalArgumentException("low " + low + " is not below high " + high);
            }
        }

        /** The bin of a value: the first whose upper edge is not below it. */
        public int bin(float value) {
            int bin = 0;
            while (bin < edges.size() && value > edges.get(bin)) {
                bin++;
            }
            return bin;
        }

        /**
         * Population stability index, {@code sum (a - e) ln(a / e)} over the bins; Siddiqi, Credit
         * Risk Scorecards (2006). Without a change its mean is about {@code (bins - 1) / rows}, for
         * independent rows.
         *
         * @param counts other values in each bin, at least one in all
         */
        public double stabilityIndex(long[] counts) {
            double rows = total(counts);
            double index = 0;
            for (int bin = 0; bin < counts.length; bin++) {
                double other = Math.max(counts[bin], EMPTY_BIN) / rows;
                index += (other - shares.get(bin)) * Math.log(other / shares.get(bin));
            }
            return index;
        }

        /**
         * Kolmogorov-Smirnov distance at the inner edges, which are all that is known of the
         * training values: never larger than that of the values themselves, and smaller by at most
         * the share of the fullest bin (0.1 where no value repeats).
         *
         * @param counts other values in each bin, at least one in all
         */
        public double distance(long[] counts) {
            double rows = total(counts);
            double trained = 0;
            double other = 0;
            double most = 0;
            for (int bin = 0; bin + 1 < counts.length; bin++) {
                trained += shares.get(bin);
                other += counts[bin] / rows;
                most = Math.max(most, Math.abs(trained - other));
            }
            return most;
        }

        private long total(long[] counts) {
            long total = 0;
            for (long count : counts) {
                total += count;
            }
            if (total == 0 || counts.length != shares.size()) {
                throw new IllegalArgumentException(
                        total + " values in " + counts.length + " of " + shares.size() + " bins");
            }
            return total;
        }

        /** The same feature, with what the stretches of its training window differ by. */
        Feature withWindows(float[] column, int[] windowOfRow, int windows) {
            long[][] counts = new long[windows][shares.size()];
            int[] rows = new int[windows];
            for (int i = 0; i < column.length; i++) {
                if (windowOfRow[i] < windows && Float.isFinite(column[i])) {
                    counts[windowOfRow[i]][bin(column[i])]++;
                    rows[windowOfRow[i]]++;
                }
            }
            double greatest = 0;
            double sum = 0;
            int used = 0;
            for (int window = 0; window < windows; window++) {
                if (rows[window] >= LEAST_WINDOW_ROWS) {
                    greatest = Math.max(greatest, stabilityIndex(counts[window]));
                    sum += distance(counts[window]);
                    used++;
                }
            }
            return used < LEAST_WINDOWS
                    ? this
                    : new Feature(edges, shares, low, high, missing, greatest, sum / used);
        }

        /**
         * The distribution of some values.
         *
         * @param finite at least one, sorted
         * @param rows with those that have no finite value
         */
        static Feature of(float[] finite, int rows) {
            int n = finite.length;
            List<Float> edges = new ArrayList<>();
            List<Double> shares = new ArrayList<>();
            int below = 0;
            for (int i = 1; i < BINS; i++) {
                float edge = finite[(int) Math.ceil((double) n * i / BINS) - 1];
                boolean fresh = edges.isEmpty() || edges.getLast() < edge;
                if (fresh && edge < finite[n - 1]) {
                    int upTo = notAbove(finite, edge);
                    edges.add(edge);
                    shares.add((double) (upTo - below) / n);
                    below = upTo;
                }
            }
            shares.add((double) (n - below) / n);
            return new Feature(
                    edges,
                    shares,
                    finite[(int) (TAIL * (n - 1))],
                    finite[(int) Math.ceil((1 - TAIL) * (n - 1))],
                    (double) (rows - n) / rows,
                    null,
                    null);
        }

        private static int notAbove(float[] sorted, float value) {
            int low = 0;
            int high = sorted.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (sorted[middle] <= value) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    /**
     * The profile of columns of values; NaN and infinite ones count as missing.
     *
     * @param names F
     * @param columns {@code [F][n]}, n at least one
     * @param times {@code [n]} close times in milliseconds, ascending
     * @param stepMillis from one close to the next
     */
    public static FeatureProfile of(
            List<String> names, float[][] columns, long[] times, long stepMillis) {
        long windowMillis = WINDOW_CLOSES * stepMillis;
        int[] windowOfRow = new int[times.length];
        for (int i = 0; i < times.length; i++) {
            windowOfRow[i] = Math.toIntExact((times[i] - times[0]) / windowMillis);
        }
        // The last stretch is not a whole one.
        int windows = windowOfRow[times.length - 1];
        Map<String, Feature> features = LinkedHashMap.newLinkedHashMap(names.size());
        for (int j = 0; j < columns.length; j++) {
            float[] finite = finite(columns[j]);
            if (finite.length > 0) {
                features.put(
                        names.get(j),
                        Feature.of(finite, times.length)
                                .withWindows(columns[j], windowOfRow, windows));
            }
        }
        return new FeatureProfile(times.length, features);
    }

    private static float[] finite(float[] column) {
        float[] finite = new float[column.length];
        int count = 0;
        for (float value : column) {
            if (Float.isFinite(value)) {
                // Adding zero turns -0 into 0: sorted they are two values, compared they are one.
                finite[count++] = value + 0f;
            }
        }
        float[] sorted = Arrays.copyOf(finite, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
