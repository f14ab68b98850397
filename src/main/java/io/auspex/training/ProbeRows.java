package io.auspex.training;

import java.util.ArrayList;
import java.util.List;

/** Chooses rows for the self-test of whoever loads the model. */
final class ProbeRows {

    private static final int COUNT = 32;

    private ProbeRows() {}

    /**
     * Up to 32 rows spread over all, complete ones where there are any: from each of 32 stretches
     * the first row without a gap, else its first row with infinities taken for missing.
     */
    static Rows choose(Rows rows) {
        int columns = rows.columns();
        int count = Math.min(COUNT, rows.count());
        List<float[]> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) rows.count() * i / count);
            int to = (int) ((long) rows.count() * (i + 1) / count);
            chosen.add(firstComplete(rows, from, to));
        }
        float[] values = new float[count * columns];
        for (int i = 0; i < count; i++) {
            System.arraycopy(chosen.get(i), 0, values, i * columns, columns);
        }
        return Rows.of(values, columns);
    }

    private static float[] firstComplete(Rows rows, int from, int to) {
        float[] row = new float[rows.columns()];
        for (int i = from; i < to; i++) {
            rows.row(i, row, 0);
            if (isComplete(row)) {
                return row;
            }
        }
        rows.row(from, row, 0);
        for (int j = 0; j < row.length; j++) {
            row[j] = Float.isFinite(row[j]) ? row[j] : Float.NaN;
        }
        return row;
    }

    private static boolean isComplete(float[] row) {
        for (float value : row) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
