package io.auspex.model;

import java.util.List;
import java.util.Map;

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
        HeadRates rates = HeadRates.of(ModelKind.MARKET, targets, fromRow, toRow);
        return new BaseRates(
                rates.of(Head.P_UP),
                rates.of(Head.P_DOWN),
                rates.of(Head.EXPECTED_RETURN),
                rates.of(Head.P_STOP));
    }

    /** What the reference predicts for a head. */
    public double of(Head head) {
        return switch (head) {
            case P_UP -> up;
            case P_DOWN -> down;
            case EXPECTED_RETURN -> meanReturn;
            case P_STOP -> stop;
            case P_PROFIT, EXPECTED_PNL ->
                    throw new IllegalArgumentException("not a head of the market: " + head.code());
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
        return HeadRates.predictions(
                ModelKind.MARKET, folds.stream().map(BaseRates::byHead).toList(), foldOfRow);
    }

    private HeadRates byHead() {
        return new HeadRates(
                ModelKind.MARKET,
                Map.of(
                        Head.P_UP, up,
                        Head.P_DOWN, down,
                        Head.EXPECTED_RETURN, meanReturn,
                        Head.P_STOP, stop));
    }
}
