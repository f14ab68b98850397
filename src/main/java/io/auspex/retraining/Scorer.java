package io.auspex.retraining;

import io.auspex.model.Head;
import io.auspex.model.ModelKind;
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
     * @return {@code [n, heads]}, row after row in the order of the model's kind
     * @throws IllegalArgumentException when a head is missing
     */
    static float[] score(Scorer scorer, float[] rows, int n) {
        List<Head> heads = scorer.heads();
        ModelKind kind = heads.getFirst().kind();
        if (!heads.containsAll(kind.heads())) {
            throw new IllegalArgumentException("the model has the heads " + heads + " only");
        }
        float[][] answers = new float[heads.size()][n];
        scorer.run(FloatBuffer.wrap(rows), n, answers);
        float[] matrix = new float[n * kind.heads().size()];
        for (int i = 0; i < heads.size(); i++) {
            int column = heads.get(i).column();
            for (int row = 0; row < n; row++) {
                matrix[row * kind.heads().size() + column] = answers[i][row];
            }
        }
        return matrix;
    }
}
