package io.auspex.backtest;

import java.util.Arrays;
import java.util.List;

/**
 * A backtest beside as many random entries of the same symbols and sides, by the same rules.
 *
 * @param draws how often
 * @param meanReturn of the backtest's trades after costs, a fraction
 * @param randomMean mean over the draws of the same figure
 * @param percentile share of draws that did worse, in percent
 * @param pValue chance of doing as well without skill: (1 + draws as good) / (1 + draws)
 * @param quantiles of the draws' means: 5, 25, 50, 75 and 95 %
 */
public record RandomComparison(
        int draws,
        double meanReturn,
        double randomMean,
        double percentile,
        double pValue,
        List<Double> quantiles) {

    private static final double[] LEVELS = {0.05, 0.25, 0.5, 0.75, 0.95};

    public RandomComparison {
        quantiles = List.copyOf(quantiles);
    }

    static RandomComparison of(double meanReturn, double[] means, double mean, int below) {
        double[] sorted = means.clone();
        Arrays.sort(sorted);
        return new RandomComparison(
                means.length,
                meanReturn,
                mean,
                100.0 * below / means.length,
                (1.0 + means.length - below) / (1 + means.length),
                Arrays.stream(LEVELS)
                        .mapToObj(level -> sorted[(int) Math.round(level * (sorted.length - 1))])
                        .toList());
    }
}
