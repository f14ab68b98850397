package io.auspex.training;

import io.auspex.model.Head;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainerSpec.Boosting;

/**
 * LightGBM's parameters for a specification, as {@code key=value key=value}: what the trainer
 * passes, and what a comparison with LightGBM itself has to pass too.
 *
 * @param seed as LightGBM takes it, 0 or more
 */
public record LightGbmParameters(TrainerSpec spec, int seed) {

    /** Keeps LightGBM off the standard output, where the worker's progress goes. */
    static final String QUIET = "num_threads=1 verbosity=-1";

    /**
     * Rows that the bin boundaries are taken from: more did not change the skill, only the time.
     */
    private static final int BINNING_ROWS = 20_000;

    private static final int SMALLEST_LEAF_ROWS = 20;

    /** Those of a job's seed. */
    public static LightGbmParameters of(TrainerSpec spec, long jobSeed) {
        return new LightGbmParameters(spec, Long.hashCode(jobSeed) & Integer.MAX_VALUE);
    }

    /**
     * What the specification asks for, lowered for a small set: 1,000 of 1,500 rows leave nothing
     * to split.
     */
    int minRowsInLeaf(int rows) {
        return Math.min(spec.minRowsInLeaf(), Math.max(SMALLEST_LEAF_ROWS, rows / 20));
    }

    /** For a dataset of so many rows. */
    public String binning(int rows) {
        return String.join(
                " ",
                QUIET,
                "deterministic=true",
                "force_col_wise=true",
                "seed=" + seed,
                "max_bin=" + spec.maxBin(),
                "bin_construct_sample_cnt=" + BINNING_ROWS,
                "min_data_in_leaf=" + minRowsInLeaf(rows),
                // Whether a feature can split depends on the labels, which change by head.
                "feature_pre_filter=false",
                "use_missing=true",
                "zero_as_missing=false");
    }

    /** For the trees of a head on a dataset of so many rows. */
    public String boosting(Head head, int rows) {
        return String.join(
                " ",
                binning(rows),
                "objective=" + (head.isProbability() ? "binary" : "regression"),
                "boosting=" + (spec.boosting() == Boosting.FOREST ? "rf" : "gbdt"),
                "extra_trees=" + spec.extraTrees(),
                "num_leaves=" + spec.leaves(),
                "learning_rate=" + spec.learningRate(),
                "feature_fraction=" + spec.featureFraction(),
                "bagging_fraction=" + spec.baggingFraction(),
                "bagging_freq=" + (spec.baggingFraction() < 1 ? 1 : 0),
                "lambda_l2=" + spec.l2(),
                "boost_from_average=true");
    }
}
