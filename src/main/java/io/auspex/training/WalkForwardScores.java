package io.auspex.training;

import io.auspex.dataset.WalkForward;
import io.auspex.dataset.WalkForward.Fold;
import io.auspex.model.Calibration;
import io.auspex.model.Head;
import io.auspex.model.HeadRates;
import io.auspex.model.ModelKind;
import io.auspex.model.OutOfSample;
import io.auspex.model.PlattCalibration;
import io.auspex.model.TrainingReport.FoldReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the models of the folds said about rows that they had not seen, and the calibrations that
 * follow from it. Test spans are neighbours, so that the rows tested are all from the first test
 * row on.
 */
final class WalkForwardScores {

    /** The horizons that the uncalibrated scores count for. */
    static final double PRIOR_HORIZONS = 100;

    private final TrainingData data;
    private final ModelKind kind;
    private final int width;
    private final List<Fold> folds;
    private final int firstRow;
    private final double[] raw;

    WalkForwardScores(TrainingData data) {
        this.data = data;
        this.kind = data.kind();
        this.width = kind.heads().size();
        this.folds =
                WalkForward.folds(
                        data.times(),
                        data.job().spec().validation(),
                        data.horizonMillis(),
                        data.job().spec().market().timeframe());
        this.firstRow = folds.getFirst().testFrom();
        this.raw = new double[(data.times().length - firstRow) * width];
    }

    List<Fold> folds() {
        return folds;
    }

    /**
     * @param scores {@code [test rows, 4]} of the fold's own model
     */
    void put(Fold fold, double[] scores) {
        System.arraycopy(scores, 0, raw, (fold.testFrom() - firstRow) * width, scores.length);
    }

    /** Rows tested, as indexes of the job's rows, ascending. */
    long[] rows() {
        long[] rows = new long[raw.length / width];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = firstRow + i;
        }
        return rows;
    }

    /**
     * Calibrated predictions {@code [m, 4]}. Each fold is calibrated on scores of earlier folds
     * whose outcomes were known when its test span began; the first stays as it is.
     */
    float[] predictions() {
        float[] predictions = new float[raw.length];
        for (Fold fold : folds) {
            Map<Head, Calibration> known = calibrations(fold.trainTo());
            for (int row = fold.testFrom(); row < fold.testTo(); row++) {
                for (Head head : kind.heads()) {
                    int i = index(row, head);
                    predictions[i] =
                            (float) Objects.requireNonNull(known.get(head)).output(head, raw[i]);
                }
            }
        }
        return predictions;
    }

    /** Calibrations of all heads on everything out of sample. */
    Map<Head, Calibration> calibrations() {
        return calibrations(data.times().length);
    }

    private Map<Head, Calibration> calibrations(int toRow) {
        Map<Head, Calibration> calibrations = new EnumMap<>(Head.class);
        for (Head head : kind.heads()) {
            calibrations.put(
                    head, head.isProbability() ? calibration(head, toRow) : Calibration.IDENTITY);
        }
        return calibrations;
    }

    private Calibration calibration(Head head, int toRow) {
        int possible = Math.max(0, toRow - firstRow);
        double[] scores = new double[possible];
        boolean[] positives = new boolean[possible];
        int count = 0;
        for (int row = firstRow; row < toRow; row++) {
            float target = data.target(row, head);
            if (!Float.isNaN(target)) {
                scores[count] = raw[index(row, head)];
                positives[count++] = target > 0.5;
            }
        }
        return count == 0
                ? Calibration.IDENTITY
                : cautious(
                        PlattCalibration.fit(
                                Arrays.copyOf(scores, count), Arrays.copyOf(positives, count)),
                        (double) (data.times()[toRow - 1] - data.times()[firstRow])
                                / data.horizonMillis());
    }

    /**
     * A fit drawn towards leaving the scores alone, which are log-odds and nearly right already,
     * the more so the fewer horizons it has seen: labels within a horizon overlap and the symbols
     * of a close move together, so that a span holds about one independent outcome a horizon.
     * Without this, the calibration of the second fold learns the regime of the first and costs
     * more than the model gains.
     *
     * @param horizons length of the span that was fitted, in horizons
     */
    static Calibration cautious(Calibration fit, double horizons) {
        double weight = horizons / (horizons + PRIOR_HORIZONS);
        return new Calibration(1 + weight * (fit.slope() - 1), weight * fit.intercept());
    }

    /** The predictions beside what the training rows of each fold alone would have said. */
    OutOfSample compare(float[] predictions) {
        List<HeadRates> rates = new ArrayList<>();
        int[] foldOfRow = new int[raw.length / width];
        for (Fold fold : folds) {
            rates.add(HeadRates.of(kind, data.targets(), 0, fold.trainTo()));
            Arrays.fill(
                    foldOfRow,
                    fold.testFrom() - firstRow,
                    fold.testTo() - firstRow,
                    fold.number() - 1);
        }
        return new OutOfSample(
                kind,
                Arrays.copyOfRange(data.times(), firstRow, data.times().length),
                Arrays.copyOfRange(data.targets(), firstRow * width, data.targets().length),
                predictions,
                HeadRates.predictions(kind, rates, foldOfRow));
    }

    List<FoldReport> reports(OutOfSample compared) {
        return folds.stream().map(fold -> report(fold, compared)).toList();
    }

    private FoldReport report(Fold fold, OutOfSample compared) {
        return new FoldReport(
                fold.number(),
                data.labelledBefore(fold.trainTo()).length,
                fold.testTo() - fold.testFrom(),
                Instant.ofEpochMilli(data.times()[fold.testFrom()]),
                Instant.ofEpochMilli(data.times()[fold.testTo() - 1]),
                compared.rows(fold.testFrom() - firstRow, fold.testTo() - firstRow).metrics());
    }

    /**
     * Outcome less prediction of the head that is a real number, of rows whose outcome is known.
     */
    double[] residuals(float[] predictions) {
        double[] residuals = new double[predictions.length / width];
        int count = 0;
        for (int row = firstRow; row < data.times().length; row++) {
            float outcome = data.target(row, kind.valueHead());
            if (!Float.isNaN(outcome)) {
                residuals[count++] = outcome - predictions[index(row, kind.valueHead())];
            }
        }
        return Arrays.copyOf(residuals, count);
    }

    private int index(int row, Head head) {
        return (row - firstRow) * width + head.column();
    }
}
