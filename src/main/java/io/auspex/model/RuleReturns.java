package io.auspex.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the {@link TradingRule} would have earned out of sample. At every horizon-th close from the
 * first on, each symbol gets its position, holds it for one horizon, and pays the fee once; the
 * return of a period is the mean over the symbols whose outcome is known, those without a position
 * included. Periods do not overlap, so that their returns are nearly independent.
 */
final class RuleReturns {

    private static final String RULE =
            "default decision thresholds, one position a symbol held for the horizon, equal weights,"
                    + " no overlap, fee "
                    + TradingRule.ROUND_TRIP_FEE
                    + " a round trip";

    private static final int HEADS = Head.MARKET.size();
    private static final double YEAR_MILLIS = 365.25 * 86_400_000.0;

    private RuleReturns() {}

    /**
     * @param times {@code [m]} ascending
     * @param targets {@code [m, 4]}
     * @param predictions {@code [m, 4]}
     */
    static Optional<Quality.Trading> of(
            long[] times, float[] targets, float[] predictions, long horizonMillis) {
        List<Double> returns = new ArrayList<>();
        long trades = 0;
        for (int from = 0; from < times.length; ) {
            double sum = 0;
            int known = 0;
            int row = from;
            for (; row < times.length && times[row] == times[from]; row++) {
                float outcome = targets[at(row, Head.EXPECTED_RETURN)];
                if (!Float.isNaN(outcome)) {
                    int position = position(predictions, row);
                    trades += Math.abs(position);
                    sum += position * outcome - Math.abs(position) * TradingRule.ROUND_TRIP_FEE;
                    known++;
                }
            }
            if (known > 0) {
                returns.add(sum / known);
            }
            from = firstAtOrAfter(times, row, times[from] + horizonMillis);
        }
        double[] all = returns.stream().mapToDouble(Double::doubleValue).toArray();
        long taken = trades;
        return SharpeRatio.of(all)
                .map(sharpe ->
                        new Quality.Trading(
                                RULE,
                                taken,
                                mean(all),
                                sharpe,
                                sharpe.ratio() * Math.sqrt(YEAR_MILLIS / horizonMillis),
                                null));
    }

    private static int position(float[] predictions, int row) {
        return TradingRule.position(
                predictions[at(row, Head.P_UP)],
                predictions[at(row, Head.P_DOWN)],
                predictions[at(row, Head.EXPECTED_RETURN)],
                predictions[at(row, Head.P_STOP)]);
    }

    private static int firstAtOrAfter(long[] times, int from, long time) {
        int row = from;
        while (row < times.length && times[row] < time) {
            row++;
        }
        return row;
    }

    private static int at(int row, Head head) {
        return row * HEADS + head.column();
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
