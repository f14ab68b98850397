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
     * @param times of all rows
     * @param stepMillis from one close to the next
     */
    static FeatureProfile profile(
            Rows rows, int[] chosen, long[] times, long stepMillis, List<String> names) {
        int count = Math.min(chosen.length, FeatureProfile.MAX_ROWS);
        float[][] columns = new float[rows.columns()][count];
        long[] chosenTimes = new long[count];
        float[] row = new float[rows.columns()];
        for (int i = 0; i < count; i++) {
            int place = chosen[(int) ((long) i * chosen.length / count)];
            chosenTimes[i] = times[place];
            rows.row(place, row, 0);
            for (int j = 0; j < row.length; j++) {
                columns[j][i] = row[j];
            }
        }
        return FeatureProfile.of(names, columns, chosenTimes, stepMillis);
    }
}
