package io.auspex.model;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Predictions of a model and of a reference for rows that neither had seen, with what came of them.
 * The trainer compares with {@link BaseRates#predictions}; the gate compares the same rows with the
 * champion's answers:
 *
 * <pre>{@code
 * var test = new OutOfSample(times, targets, predictions, BaseRates.predictions(rates, foldOfRow));
 * test.evidence(horizonMillis); test.metrics(); test.rows(from, to).metrics();
 * new OutOfSample(times, targets, predictions, champions).after(championsDataTo).evidence(horizonMillis);
 * }</pre>
 *
 * Matrices are {@code [m, 4]}, row after row in {@link Head} order, or as wide as the model's
 * {@link ModelKind} has heads. Rows are ordered by time. Immutable; arrays are not copied and must
 * not be changed by the caller.
 */
public final class OutOfSample {

    private final ModelKind kind;
    private final int width;
    private final long[] times;
    private final float[] targets;
    private final float[] predictions;
    private final float[] reference;

    /**
     * @param times {@code [m]} close times, ascending, milliseconds since the Unix epoch
     * @param targets {@code [m, 4]}; a row is left out of what its NaN concerns
     * @param predictions {@code [m, 4]} of the model, calibrated, finite
     * @param reference {@code [m, 4]} of what it is compared with, finite
     */
    public OutOfSample(long[] times, float[] targets, float[] predictions, float[] reference) {
        this(ModelKind.MARKET, times, targets, predictions, reference);
    }

    /** Of a model of that kind: matrices are {@code [m, heads]} in the order of its heads. */
    public OutOfSample(
            ModelKind kind, long[] times, float[] targets, float[] predictions, float[] reference) {
        this.kind = kind;
        this.width = kind.heads().size();
        requireMatrix("targets", targets, times.length);
        requireMatrix("predictions", predictions, times.length);
        requireMatrix("reference", reference, times.length);
        requireFinite("prediction", predictions);
        requireFinite("prediction of the reference", reference);
        this.times = times;
        this.targets = targets;
        this.predictions = predictions;
        this.reference = reference;
    }

    /** Number of rows. */
    public int size() {
        return times.length;
    }

    /** Some consecutive rows, such as those of one fold. */
    public OutOfSample rows(int from, int to) {
        return new OutOfSample(
                kind,
                Arrays.copyOfRange(times, from, to),
                Arrays.copyOfRange(targets, from * width, to * width),
                Arrays.copyOfRange(predictions, from * width, to * width),
                Arrays.copyOfRange(reference, from * width, to * width));
    }

    /** The rows whose close is later than an instant: new to a model whose data end there. */
    public OutOfSample after(long timeMillis) {
        int from = 0;
        while (from < times.length && times[from] <= timeMillis) {
            from++;
        }
        return rows(from, times.length);
    }

    /** Both tests of the model against the reference. */
    public Evidence evidence(long horizonMillis) {
        return switch (kind) {
            case MARKET ->
                    new Evidence(
                            test(this::moveLoss, horizonMillis),
                            test(this::directionLoss, horizonMillis));
            case TRADE_OUTCOME -> new Evidence(test(this::moveLoss, horizonMillis), null);
        };
    }

    /** Measures of every head. */
    public Map<Head, HeadMetrics> metrics() {
        Map<Head, HeadMetrics> metrics = new EnumMap<>(Head.class);
        for (Head head : kind.heads()) {
            int[] labelled = labelled(head);
            metrics.put(
                    head, head.isProbability() ? probability(head, labelled) : returns(labelled));
        }
        return metrics;
    }

    /** Reliability of the probabilities, and what trading by them would have brought. */
    public Quality quality(long horizonMillis) {
        Map<Head, Quality.Reliability> reliability = new EnumMap<>(Head.class);
        for (Head head : kind.heads()) {
            int[] rows = labelled(head);
            if (head.isProbability() && rows.length > 0) {
                double[] probabilities = column(predictions, head, rows);
                boolean[] positives = positives(head, rows);
                reliability.put(
                        head,
                        new Quality.Reliability(
                                Measures.calibrationError(probabilities, positives).orElseThrow(),
                                Measures.reliability(probabilities, positives)));
            }
        }
        return new Quality(
                reliability,
                kind == ModelKind.MARKET
                        ? RuleReturns.of(times, targets, predictions, horizonMillis).orElse(null)
                        : null);
    }

    private HeadMetrics probability(Head head, int[] rows) {
        double[] probabilities = column(predictions, head, rows);
        boolean[] positives = positives(head, rows);
        return new HeadMetrics.Probability(
                rows.length,
                nullable(Measures.baseRate(positives)),
                nullable(Measures.logLoss(probabilities, positives)),
                nullable(Measures.logLoss(column(reference, head, rows), positives)),
                nullable(Measures.brier(probabilities, positives)),
                nullable(Measures.auc(probabilities, positives)),
                nullable(Measures.calibrationError(probabilities, positives)));
    }

    private boolean[] positives(Head head, int[] rows) {
        boolean[] positives = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            positives[i] = value(targets, rows[i], head) > 0.5;
        }
        return positives;
    }

    private HeadMetrics returns(int[] rows) {
        long[] closes = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            closes[i] = times[rows[i]];
        }
        double[] predicted = column(predictions, kind.valueHead(), rows);
        double[] actual = column(targets, kind.valueHead(), rows);
        return new HeadMetrics.Return(
                rows.length,
                nullable(Measures.rankIc(closes, predicted, actual)),
                nullable(Measures.meanSquaredError(predicted, actual)),
                nullable(
                        Measures.meanSquaredError(
                                column(reference, kind.valueHead(), rows), actual)));
    }

    /** The loss of some predictions in one row; NaN where the row does not count. */
    private interface RowLoss {
        double of(float[] predictions, int row);
    }

    private double moveLoss(float[] from, int row) {
        double loss = 0;
        for (Head head : kind.judgedHeads()) {
            float target = value(targets, row, head);
            if (Float.isNaN(target)) {
                return Double.NaN;
            }
            loss += Measures.logLoss(value(from, row, head), target > 0.5);
        }
        return loss;
    }

    private double directionLoss(float[] from, int row) {
        boolean up = value(targets, row, Head.P_UP) > 0.5;
        boolean down = value(targets, row, Head.P_DOWN) > 0.5;
        return up || down ? Measures.logLoss(direction(from, row), up) : Double.NaN;
    }

    /** The chance that a move goes up, given that there is one; one half when none is expected. */
    private double direction(float[] from, int row) {
        double up = value(from, row, Head.P_UP);
        double down = value(from, row, Head.P_DOWN);
        return up + down > 0 ? up / (up + down) : 0.5;
    }

    private LossTest test(RowLoss loss, long horizonMillis) {
        long[] closes = new long[times.length];
        double[] referenceLoss = new double[times.length];
        double[] modelLoss = new double[times.length];
        int count = 0;
        for (int row = 0; row < times.length; row++) {
            double model = loss.of(predictions, row);
            if (!Double.isNaN(model)) {
                closes[count] = times[row];
                referenceLoss[count] = loss.of(reference, row);
                modelLoss[count] = model;
                count++;
            }
        }
        return PairedLossTest.of(
                Arrays.copyOf(closes, count),
                Arrays.copyOf(referenceLoss, count),
                Arrays.copyOf(modelLoss, count),
                horizonMillis);
    }

    private int[] labelled(Head head) {
        int[] rows = new int[times.length];
        int count = 0;
        for (int row = 0; row < times.length; row++) {
            if (!Float.isNaN(value(targets, row, head))) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }

    private double[] column(float[] matrix, Head head, int[] rows) {
        double[] column = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            column[i] = value(matrix, rows[i], head);
        }
        return column;
    }

    private float value(float[] matrix, int row, Head head) {
        return matrix[row * width + head.column()];
    }

    private static @Nullable Double nullable(OptionalDouble measure) {
        return measure.isPresent() ? measure.getAsDouble() : null;
    }

    private void requireMatrix(String name, float[] matrix, int rows) {
        if (matrix.length != rows * width) {
            throw new IllegalArgumentException(
                    name + " has " + matrix.length + " values for " + rows + " rows");
        }
    }

    private void requireFinite(String name, float[] matrix) {
        for (int i = 0; i < matrix.length; i++) {
            if (!Float.isFinite(matrix[i])) {
                throw new IllegalArgumentException(
                        name + " of row " + i / width + " is " + matrix[i]);
            }
        }
    }
}
