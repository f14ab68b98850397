package io.auspex.retraining;

import io.auspex.model.Head;
import java.nio.FloatBuffer;
import java.util.List;

/** Whatever answers feature rows. */
interface Scorer {

    /** The heads it answers, in the order of its output. */
    List<Head> heads();

    /**
     * Answers {@code n} rows.
     *
     * @param rows {@code n * F} values
     * @param headsOut receives {@code [head][row]}
     */
    void run(FloatBuffer rows, int n, float[][] headsOut);

    /**
     * Scores rows into a matrix of all heads.
     *
     * @param rows {@code [n, F]}
     * @return {@code [n, 4]}, row after row in {@link Head} order
     * @throws IllegalArgumentException when a head is missing
     */
    static float[] score(Scorer scorer, float[] rows, int n) {
        List<Head> heads = scorer.heads();
        if (!heads.containsAll(List.of(Head.values()))) {
            throw new IllegalArgumentException("the model has the heads " + heads + " only");
        }
        float[][] answers = new float[heads.size()][n];
        scorer.run(FloatBuffer.wrap(rows), n, answers);
        float[] matrix = new float[n * Head.values().length];
        for (int i = 0; i < heads.size(); i++) {
            int column = heads.get(i).ordinal();
            for (int row = 0; row < n; row++) {
                matrix[row * Head.values().length + column] = answers[i][row];
            }
        }
        return matrix;
    }
}
