package io.auspex.model;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the rows that a fold was trained on have in common, for the heads of any kind of model: the
 * reference that a model has to beat. {@link BaseRates} is the same for the market, by name.
 *
 * @param kind whose heads these are
 * @param rates probability of a probability head, in (0, 1); mean of the other
 */
public record HeadRates(ModelKind kind, Map<Head, Double> rates) {

    public HeadRates {
        Map<Head, Double> ordered = new EnumMap<>(Head.class);
        ordered.putAll(rates);
        rates = Collections.unmodifiableMap(ordered);
    }

    /**
     * The rates of training rows, smoothed by half a case either way ({@code (k + 0.5) / (n + 1)},
     * Krichevsky and Trofimov 1981): a reference that says 'never' would be infinitely easy to
     * beat.
     *
     * @param targets of all rows, {@code [n, heads]} row after row; NaN is left out
     * @param fromRow first training row
     * @param toRow the row behind the last one
     */
    public static HeadRates of(ModelKind kind, float[] targets, int fromRow, int toRow) {
        Map<Head, Double> rates = new EnumMap<>(Head.class);
        for (Head head : kind.heads()) {
            double sum = 0;
            int rows = 0;
            for (int row = fromRow; row < toRow; row++) {
                float target = targets[row * kind.heads().size() + head.column()];
                if (!Float.isNaN(target)) {
                    sum += target;
                    rows++;
                }
            }
            rates.put(
                    head,
                    head.isProbability() ? (sum + 0.5) / (rows + 1) : sum / Math.max(rows, 1));
        }
        return new HeadRates(kind, rates);
    }

    /** What the reference predicts for a head of its kind. */
    public double of(Head head) {
        return Objects.requireNonNull(rates.get(head), head.code());
    }

    /**
     * The reference's predictions for rows of several folds.
     *
     * @param folds the rates of each fold's training rows
     * @param foldOfRow index into {@code folds} of each row
     * @return {@code [m, heads]}, row after row
     */
    public static float[] predictions(ModelKind kind, List<HeadRates> folds, int[] foldOfRow) {
        int width = kind.heads().size();
        float[] predictions = new float[foldOfRow.length * width];
        for (int row = 0; row < foldOfRow.length; row++) {
            for (Head head : kind.heads()) {
                predictions[row * width + head.column()] =
                        (float) folds.get(foldOfRow[row]).of(head);
            }
        }
        return predictions;
    }
}
