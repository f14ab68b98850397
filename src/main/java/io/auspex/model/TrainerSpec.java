package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of LightGBM.
 *
 * @param kind the trainer's name; {@code lightgbm} is built in
 * @param minRowsInLeaf an upper bound: a small training set lowers it to a twentieth of its rows
 * @param extraTrees split at random thresholds (Geurts, Ernst and Wehenkel 2006, "Extremely
 *     randomized trees"): with many slow features it overfits less than the best threshold does
 * @param featureFraction share of features drawn for each tree, in (0, 1]
 * @param baggingFraction share of rows drawn for each tree, in (0, 1]
 * @param boosting {@link Boosting#GRADIENT} when JSON does not say
 * @param mode {@link Mode#FULL} when JSON does not say
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
        boolean extraTrees,
        Boosting boosting,
        Mode mode) {

    /** How trees are put together. */
    public enum Boosting {
        /** Gradient boosting: each tree corrects those before it. */
        @JsonProperty("gbdt")
        GRADIENT,
        /**
         * A random forest: trees of random rows and features, averaged. Asks for {@code
         * baggingFraction} below 1.
         */
        @JsonProperty("rf")
        FOREST
    }

    /** What a refit begins with. */
    public enum Mode {
        /** With nothing: all trees are grown anew. */
        @JsonProperty("full")
        FULL,
        /** With the trees of the version before; half as many are added. */
        @JsonProperty("continue")
        CONTINUE,
        /** With the trees of the version before, whose leaves get new values. */
        @JsonProperty("refit-leaves")
        REFIT_LEAVES
    }

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
        if (boosting == Boosting.FOREST && !(baggingFraction < 1)) {
            throw new IllegalArgumentException(
                    "a random forest needs a bagging_fraction below 1: " + baggingFraction);
        }
        if (boosting == Boosting.FOREST && mode != Mode.FULL) {
            throw new IllegalArgumentException(
                    "a random forest is always trained in full: its trees do not build on others");
        }
    }

    /** Gradient boosting in full. */
    public TrainerSpec(
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
        this(
                kind,
                trees,
                leaves,
                learningRate,
                minRowsInLeaf,
                featureFraction,
                baggingFraction,
                l2,
                maxBin,
                extraTrees,
                Boosting.GRADIENT,
                Mode.FULL);
    }

    @JsonCreator
    static TrainerSpec read(
            @JsonProperty(value = "kind", required = true) String kind,
            @JsonProperty(value = "trees", required = true) int trees,
            @JsonProperty(value = "leaves", required = true) int leaves,
            @JsonProperty(value = "learning_rate", required = true) double learningRate,
            @JsonProperty(value = "min_rows_in_leaf", required = true) int minRowsInLeaf,
            @JsonProperty(value = "feature_fraction", required = true) double featureFraction,
            @JsonProperty(value = "bagging_fraction", required = true) double baggingFraction,
            @JsonProperty(value = "l2", required = true) double l2,
            @JsonProperty(value = "max_bin", required = true) int maxBin,
            @JsonProperty(value = "extra_trees", required = true) boolean extraTrees,
            @JsonProperty("boosting") @Nullable Boosting boosting,
            @JsonProperty("mode") @Nullable Mode mode) {
        return new TrainerSpec(
                kind,
                trees,
                leaves,
                learningRate,
                minRowsInLeaf,
                featureFraction,
                baggingFraction,
                l2,
                maxBin,
                extraTrees,
                Objects.requireNonNullElse(boosting, Boosting.GRADIENT),
                Objects.requireNonNullElse(mode, Mode.FULL));
    }

    /** The same parameters from another beginning. */
    public TrainerSpec withMode(Mode other) {
        return new TrainerSpec(
                kind,
                trees,
                leaves,
                learningRate,
                minRowsInLeaf,
                featureFraction,
                baggingFraction,
                l2,
                maxBin,
                extraTrees,
                boosting,
                other);
    }

    /**
     * A random forest for a model of the market (Breiman 2001): larger trees than boosting wants,
     * each of other rows and features, and no shrinkage of their leaves, because nothing but the
     * mean over trees holds their variance down.
     */
    public static TrainerSpec forest() {
        return new TrainerSpec(
                "lightgbm", 80, 15, 1.0, 400, 0.3, 0.5, 0.0, 63, true, Boosting.FOREST, Mode.FULL);
    }

    public static TrainerSpec standard() {
        return new TrainerSpec("lightgbm", 80, 7, 0.08, 1_000, 0.5, 0.5, 100.0, 63, true);
    }
}
