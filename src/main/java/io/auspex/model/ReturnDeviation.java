package io.auspex.model;

/**
 * How much the price of one symbol moves: what scaled thresholds of a {@link TargetSpec} rest on.
 */
public final class ReturnDeviation {

    private ReturnDeviation() {}

    /**
     * Sample deviation of the one-candle log returns in the last {@code window} intervals; NaN when
     * fewer than half of them, or fewer than two, are there. Sums come from prefix sums, so the
     * window may be any length; where prices stand still the difference of two prefix sums is
     * exactly zero.
     *
     * @param times close times of the candles of one symbol, strictly ascending, on the grid
     * @param closes their close prices
     * @param stepMillis length of a candle
     * @return one for each close
     */
    public static double[] of(long[] times, double[] closes, long stepMillis, int window) {
        int n = times.length;
        double[] sums = new double[n + 1];
        double[] squares = new double[n + 1];
        int[] counts = new int[n + 1];
        double[] deviations = new double[n];
        int from = 0;
        for (int i = 0; i < n; i++) {
            boolean adjacent = i > 0 && times[i] - times[i - 1] == stepMillis;
            double change = adjacent ? Math.log(closes[i] / closes[i - 1]) : 0;
            sums[i + 1] = sums[i] + change;
            squares[i + 1] = squares[i] + change * change;
            counts[i + 1] = counts[i] + (adjacent ? 1 : 0);
            while (times[from] <= times[i] - window * stepMillis) {
                from++;
            }
            int count = counts[i + 1] - counts[from];
            double sum = sums[i + 1] - sums[from];
            double square = squares[i + 1] - squares[from];
            deviations[i] =
                    count >= 2 && 2L * count >= window
                            ? Math.sqrt(Math.max(0, square - sum * sum / count) / (count - 1))
                            : Double.NaN;
        }
        return deviations;
    }
}
