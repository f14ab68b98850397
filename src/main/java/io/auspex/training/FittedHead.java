package io.auspex.training;

import java.util.Arrays;

/** A head after training: scores rows until it is closed. */
sealed interface FittedHead extends AutoCloseable {

    /** Uncalibrated scores, one a row, by LightGBM's own predictor. */
    double[] rawScores(NativeRows rows);

    /** The trees, read from {@link #text()}. */
    LightGbmModel model();

    /** LightGBM's text form. */
    String text();

    @Override
    void close();

    /**
     * Trees.
     *
     * @param averaged a forest: the answer is the mean of the trees, where LightGBM's raw score is
     *     their sum
     */
    record Boosted(LightGbmBooster booster, boolean averaged) implements FittedHead {

        @Override
        public double[] rawScores(NativeRows rows) {
            double[] scores = booster.rawScores(rows);
            if (averaged) {
                int trees = booster.trees();
                for (int i = 0; i < scores.length; i++) {
                    scores[i] /= trees;
                }
            }
            return scores;
        }

        @Override
        public LightGbmModel model() {
            return LightGbmModel.parse(text());
        }

        @Override
        public String text() {
            return booster.text();
        }

        @Override
        public void close() {
            booster.close();
        }
    }

    /**
     * A head with too little to learn from: the same score for every row.
     *
     * @param score log-odds of the base rate, or the mean
     */
    record Constant(int features, double score) implements FittedHead {

        @Override
        public double[] rawScores(NativeRows rows) {
            double[] scores = new double[rows.rows()];
            Arrays.fill(scores, score);
            return scores;
        }

        @Override
        public LightGbmModel model() {
            return LightGbmModel.constant(features, score);
        }

        @Override
        public String text() {
            return "constant=" + score + "\n";
        }

        @Override
        public void close() {
            // Nothing native is held.
        }
    }
}
