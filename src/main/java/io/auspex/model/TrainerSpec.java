package io.auspex.model;

/**
 * Parameters of gradient boosting.
 *
 * @param kind the trainer's name; {@code lightgbm} is built in
 * @param minRowsInLeaf an upper bound: a small training set lowers it to a twentieth of its rows
 * @param extraTrees split at random thresholds (Geurts, Ernst and Wehenkel 2006, "Extremely
 *     randomized trees"): with many slow features it overfits less than the best threshold does
 * @param featureFraction share of features drawn for each tree, in (0, 1]
 * @param baggingFraction share of rows drawn for each tree, in (0, 1]
 */
public record TrainerSpec(
        String kind,
        int trees,
        int leaves,
        double learningRate,
        int minRowsInLeaf,
        double featureFraction,
        double baggingFraction,
        double l2,
        int maxBin,
        boolean extraTrees) {

    public TrainerSpec {
        if (trees < 1 || trees > 10_000) {
            throw new IllegalArgumentException("trees must be 1 to 10000: " + trees);
        }
        if (leaves < 2 || leaves > 1_024) {
            throw new IllegalArgumentException("leaves must be 2 to 1024: " + leaves);
        }
        if (!(learningRate > 0 && learningRate <= 1)) {
            throw new IllegalArgumentException("learning_rate must be in (0, 1]: " + learningRate);
        }
        if (minRowsInLeaf < 1) {
            throw new IllegalArgumentException(
                    "min_rows_in_leaf must be positive: " + minRowsInLeaf);
        }
        if (!(featureFraction > 0 && featureFraction <= 1)
                || !(baggingFraction > 0 && baggingFraction <= 1)) {
            throw new IllegalArgumentException(
                    "feature_fraction and bagging_fraction must be in (0, 1]");
        }
        if (!(l2 >= 0)) {
            throw new IllegalArgumentException("l2 must not be negative: " + l2);
        }
        if (maxBin < 2 || maxBin > 255) {
            throw new IllegalArgumentException("max_bin must be 2 to 255: " + maxBin);
        }
    }

    public static TrainerSpec standard() {
        return new TrainerSpec("lightgbm", 80, 7, 0.08, 1_000, 0.5, 0.5, 100.0, 63, true);
    }
}
