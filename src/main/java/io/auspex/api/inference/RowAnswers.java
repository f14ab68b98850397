package io.auspex.api.inference;

import io.auspex.serving.ScoringRows;
import java.util.Arrays;

/** Answers to rows that were scored chunk by chunk, kept without an object a row. */
final class RowAnswers {

    private final int heads;
    private float[] values;
    private int rows;

    RowAnswers(int heads, int expectedRows) {
        this.heads = heads;
        this.values = new float[heads * Math.max(1, expectedRows)];
    }

    /** Keeps what the last run said of its first {@code n} rows. */
    void add(ScoringRows chunk, int n) {
        int needed = (rows + n) * heads;
        if (needed > values.length) {
            values = Arrays.copyOf(values, Math.max(needed, 2 * values.length));
        }
        for (int row = 0; row < n; row++) {
            for (int head = 0; head < heads; head++) {
                values[(rows + row) * heads + head] = chunk.answer(head, row);
            }
        }
        rows += n;
    }

    int rows() {
        return rows;
    }

    float answer(int head, int row) {
        return values[row * heads + head];
    }
}
