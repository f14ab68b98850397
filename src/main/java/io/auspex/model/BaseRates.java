package io.auspex.model;

import java.util.List;

/**
 * All that is known about the targets without a model: what the rows that a fold was trained on
 * have in common. The reference that a model has to beat.
 *
 * @param up probability of {@link Head#P_UP}, in (0, 1)
 * @param down probability of {@link Head#P_DOWN}, in (0, 1)
 * @param meanReturn mean of {@link Head#EXPECTED_RETURN}
 * @param stop probability of {@link Head#P_STOP}, in (0, 1)
 */
public record BaseRates(double up, double down, double meanReturn, double stop) {

    private static final int HEADS = Head.values().length;

    /**
     * The rates of training rows, smoothed by half a case either way ({@code (k + 0.5) / (n + 1)},
     * Krichevsky and Trofimov 1981): a reference that says 'never' would be infinitely easy to
     * beat.
     *
     * @param targets of all rows, {@code [n, 4]} row after row in {@link Head} order; NaN is left
     *     out
     * @param fromRow first training row
     * @param toRow the row behind the last one
     */
    public static BaseRates of(float[] targets, int fromRow, int toRow) {
        double[] sums = new double[HEADS];
        int[] rows = new int[HEADS];
        for (int row = fromRow; row < toRow; row++) {
            for (int head = 0; head < HEADS; head++) {
                float target = targets[row * HEADS + head];
                if (!Float.isNaN(target)) {
                    sums[head] += target;
                    rows[head]++;
                }
            }
        }
        return new BaseRates(
                rate(sums, rows, Head.P_UP),
                rate(sums, rows, Head.P_DOWN),
                rate(sums, rows, Head.EXPECTED_RETURN),
                rate(sums, rows, Head.P_STOP));
    }

    private static double rate(double[] sums, int[] rows, Head head) {
        double sum = sums[head.ordinal()];
        int n = rows[head.ordinal()];
        return head.isProbability() ? (sum + 0.5) / (n + 1) : sum / Math.max(n, 1);
    }

    /** What the reference predicts for a head. */
    public double of(Head head) {
        return switch (head) {
            case P_UP -> up;
            case P_DOWN -> down;
            case EXPECTED_RETURN -> meanReturn;
            case P_STOP -> stop;
        };
    }

    /**
     * The reference's predictions for rows of several folds.
     *
     * @param folds the rates of each fold's training rows
     * @param foldOfRow index into {@code folds} of each row
     * @return {@code [m, 4]}, row after row in {@link Head} order
     */
    public static float[] predictions(List<BaseRates> folds, int[] foldOfRow) {
        float[] predictions = new float[foldOfRow.length * HEADS];
        for (int row = 0; row < foldOfRow.length; row++) {
            BaseRates rates = folds.get(foldOfRow[row]);
            for (Head head : Head.values()) {
                predictions[row * HEADS + head.ordinal()] = (float) rates.of(head);
            }
        }
        return predictions;
    }
}
