package io.auspex.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the features of a training window are distributed: what live values are compared with. Part
 * of {@link TrainingReport}, not of the ONNX file.
 *
 * @param rows rows that it was made of; at most {@value #MAX_ROWS}, evenly spaced
 * @param features by name, in the order of the schema; one that had no finite value is left out
 */
public record FeatureProfile(long rows, Map<String, Feature> features) {

    /** Rows that a profile is made of at most. */
    public static final int MAX_ROWS = 20_000;

    private static final int BINS = 10;
    private static final double TAIL = 0.001;

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
     */
    public record Feature(
            List<Float> edges, List<Double> shares, float low, float high, double missing) {

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
                    (double) (rows - n) / rows);
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
     */
    public static FeatureProfile of(List<String> names, float[][] columns) {
        Map<String, Feature> features = LinkedHashMap.newLinkedHashMap(names.size());
        for (int j = 0; j < columns.length; j++) {
            float[] finite = finite(columns[j]);
            if (finite.length > 0) {
                features.put(names.get(j), Feature.of(finite, columns[j].length));
            }
        }
        return new FeatureProfile(columns.length == 0 ? 0 : columns[0].length, features);
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
