package io.auspex.training;

import io.auspex.training.Tree.Node;
import io.auspex.training.Tree.Split;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * One power of two for each feature, near the inverse of its standard deviation. Multiplying by a
 * power of two is exact as long as nothing overflows or becomes subnormal, so that a scaled value
 * compares with a scaled threshold as the two did before.
 *
 * <p>That needs care only around thresholds: scaling is monotone, and a value that overflows or
 * loses bits stays on its side of a threshold that does neither. Training values are kept clear of
 * both all the same.
 */
final class FeatureScales {

    /** Exponents of normal floats are -126 to 127; one is left free on both sides. */
    private static final int MIN_EXPONENT = Float.MIN_EXPONENT + 1;

    private static final int MAX_EXPONENT = Float.MAX_EXPONENT - 1;

    private final int[] exponents;

    private FeatureScales(int[] exponents) {
        this.exponents = exponents;
    }

    /** Scales of 1. */
    static FeatureScales none(int features) {
        return new FeatureScales(new int[features]);
    }

    /** Scales for the spread of the rows, within what the rows and the thresholds allow. */
    static FeatureScales of(Rows rows, Collection<LightGbmModel> models) {
        int columns = rows.columns();
        long[] count = new long[columns];
        double[] mean = new double[columns];
        double[] squares = new double[columns];
        Exponents range = new Exponents(columns);
        float[] row = new float[columns];
        for (int i = 0; i < rows.count(); i++) {
            rows.row(i, row, 0);
            for (int j = 0; j < columns; j++) {
                if (Float.isFinite(row[j])) {
                    double delta = row[j] - mean[j];
                    mean[j] += delta / ++count[j];
                    squares[j] += delta * (row[j] - mean[j]);
                    range.include(j, row[j]);
                }
            }
        }
        for (LightGbmModel model : models) {
            model.trees().forEach(tree -> range.include(tree.root()));
        }
        int[] exponents = new int[columns];
        for (int j = 0; j < columns; j++) {
            double deviation = count[j] > 1 ? Math.sqrt(squares[j] / count[j]) : 0;
            exponents[j] = range.limit(j, exponent(deviation));
        }
        return new FeatureScales(exponents);
    }

    /** {@code float32[F]}, each a power of two. */
    List<Float> factors() {
        return Arrays.stream(exponents).mapToObj(exponent -> Math.scalb(1f, exponent)).toList();
    }

    /** A threshold as it compares with scaled values; infinities stay. */
    float scale(int feature, float threshold) {
        return Math.scalb(threshold, exponents[feature]);
    }

    private static int exponent(double deviation) {
        if (!(deviation > 0) || Double.isInfinite(deviation)) {
            return 0;
        }
        return (int) -Math.round(Math.log(deviation) / Math.log(2));
    }

    /** The exponents of the numbers that a feature's scale must be exact for. */
    private static final class Exponents {

        private final int[] least;
        private final int[] greatest;

        Exponents(int features) {
            least = new int[features];
            greatest = new int[features];
        }

        void include(int feature, float value) {
            // The subnormal range is left to monotony: LightGBM reads it as zero anyway.
            if (value != 0 && Float.isFinite(value) && Math.abs(value) >= Float.MIN_NORMAL) {
                int exponent = Math.getExponent(value);
                least[feature] = Math.min(least[feature], exponent);
                greatest[feature] = Math.max(greatest[feature], exponent);
            }
        }

        void include(Node node) {
            if (node instanceof Split split) {
                float threshold = split.floatThreshold();
                // Only the infinite itself may reach an infinite threshold: forbid overflow.
                include(split.feature(), Float.isInfinite(threshold) ? Float.MAX_VALUE : threshold);
                include(split.left());
                include(split.right());
            }
        }

        int limit(int feature, int exponent) {
            int lowest = Math.min(0, MIN_EXPONENT - least[feature]);
            int highest = Math.max(0, MAX_EXPONENT - greatest[feature]);
            return Math.clamp(exponent, lowest, highest);
        }
    }
}
