package io.auspex.training;

import io.auspex.model.FeatureProfile;
import java.util.List;

/** Makes the profile of the rows that a model was fitted on. */
final class ProfileRows {

    private ProfileRows() {}

    /**
     * Goes over the rows once and holds a bounded number of them.
     *
     * @param chosen the rows that were trained on, ascending, at least one
     */
    static FeatureProfile profile(Rows rows, int[] chosen, List<String> names) {
        int count = Math.min(chosen.length, FeatureProfile.MAX_ROWS);
        float[][] columns = new float[rows.columns()][count];
        float[] row = new float[rows.columns()];
        for (int i = 0; i < count; i++) {
            rows.row(chosen[(int) ((long) i * chosen.length / count)], row, 0);
            for (int j = 0; j < row.length; j++) {
                columns[j][i] = row[j];
            }
        }
        return FeatureProfile.of(names, columns);
    }
}
