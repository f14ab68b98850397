package io.auspex.dataset;

import io.auspex.market.Timeframe;
import io.auspex.model.ValidationSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts rows in time, as a live system would have met them: each fold trains on everything before
 * its test span and is tested on what follows.
 *
 * <pre>
 * fold 1  |train.....|purge|test|
 * fold 2  |train..........|purge|test|
 * fold 3  |train...............|purge|test|
 * </pre>
 *
 * The purge leaves out training rows whose label interval {@code (t, t + horizon]} reaches the
 * first close of the test span, and a further embargo of candles. Source: López de Prado, Advances
 * in financial machine learning (2018), chapter 7.
 */
public final class WalkForward {

    private WalkForward() {}

    /**
     * One step. Rows are {@code [from, to)}.
     *
     * @param number counted from 1
     * @param trainTo the row behind the last training row; training begins at row 0
     */
    public record Fold(int number, int trainTo, int testFrom, int testTo) {

        public Fold {
            if (trainTo < 1 || trainTo > testFrom || testFrom >= testTo) {
                throw new IllegalArgumentException(
                        "fold "
                                + number
                                + " trains on [0, "
                                + trainTo
                                + ") and tests on ["
                                + testFrom
                                + ", "
                                + testTo
                                + ")");
            }
        }
    }

    /**
     * The folds of rows; their test spans follow each other without a hole, up to the last row.
     * Cuts are made between closes, never within one, into spans of equally many closes.
     *
     * @param times close time of each row, ascending, milliseconds
     * @param horizonMillis how far labels reach beyond their row
     * @param timeframe of the embargo's candles
     * @throws IllegalArgumentException when there are too few rows for the specification; the
     *     message says so
     */
    public static List<Fold> folds(
            long[] times, ValidationSpec spec, long horizonMillis, Timeframe timeframe) {
        int[] closes = firstRows(times);
        int firstTest = (int) (closes.length * spec.firstTrainShare());
        int testCloses = closes.length - firstTest;
        if (firstTest < 1 || testCloses < spec.folds()) {
            throw tooFew(closes.length, spec);
        }
        long purgeMillis = horizonMillis + spec.embargoCandles() * timeframe.millis();
        List<Fold> folds = new ArrayList<>(spec.folds());
        for (int fold = 0; fold < spec.folds(); fold++) {
            int testFrom = closes[firstTest + cut(testCloses, fold, spec.folds())];
            int next = firstTest + cut(testCloses, fold + 1, spec.folds());
            int testTo = next < closes.length ? closes[next] : times.length;
            int trainTo = rowsBefore(times, times[testFrom] - purgeMillis);
            if (trainTo < 1) {
                throw tooFew(closes.length, spec);
            }
            folds.add(new Fold(fold + 1, trainTo, testFrom, testTo));
        }
        return List.copyOf(folds);
    }

    private static int cut(int closes, int fold, int folds) {
        return (int) ((long) closes * fold / folds);
    }

    /** The first row of each distinct close. */
    private static int[] firstRows(long[] times) {
        int[] rows = new int[times.length];
        int count = 0;
        for (int row = 0; row < times.length; row++) {
            if (row > 0 && times[row] < times[row - 1]) {
                throw new IllegalArgumentException("row " + row + " goes back in time");
            }
            if (row == 0 || times[row] != times[row - 1]) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }

    /** Number of rows earlier than an instant. */
    private static int rowsBefore(long[] times, long timeMillis) {
        int from = 0;
        int to = times.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (times[middle] < timeMillis) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private static IllegalArgumentException tooFew(int closes, ValidationSpec spec) {
        return new IllegalArgumentException(
                closes
                        + " closes are too few for "
                        + spec.folds()
                        + " folds, a first training share of "
                        + spec.firstTrainShare()
                        + " and the purge between them");
    }
}
