package io.auspex.feedback;

import io.auspex.model.FeatureProfile.Feature;

/**
 * How far live values are from the training window's, over the bins of its profile.
 *
 * <p>Live values of neighbouring closes resemble each other, and a window of a day and a half has
 * not seen every weekday: an index over 0.25 is then no change. So the training window's own
 * stretches of the same length are the measure: the index counts beyond the greatest of theirs, and
 * the p-value counts as many independent values as would differ as much as they do.
 */
final class Drift {

    /** {@code sqrt(pi / 2) ln 2}: the mean of Kolmogorov's distribution. */
    private static final double MEAN_DISTANCE = 0.8687311606361592;

    /**
     * Terms of the Kolmogorov series; the 20th is below 1e-30 for every argument it is used for.
     */
    private static final int TERMS = 20;

    /** Below it the distribution function is 1 but for 1e-11, and the series converges slowly. */
    private static final double LEAST_ARGUMENT = 0.2;

    private Drift() {}

    /**
     * How far beyond what stretches of the training window differ by, so that 0.25 means a change
     * for a slow feature and for the calendar as it does for a quick one.
     */
    static double excess(Feature feature, long[] counts) {
        double index = feature.stabilityIndex(counts);
        Double ownChange = feature.windowPsi();
        return ownChange == null ? index : Math.max(0, index - ownChange);
    }

    /**
     * Independent values that would differ from the training window as much as its own stretches
     * do: the mean Kolmogorov distance of n values is {@value #MEAN_DISTANCE} over the root of n.
     * Where the training window was too short to tell, from the live values themselves.
     */
    static double independentRows(Feature feature, double[] closeMeans, long rows) {
        Double ownDistance = feature.windowKs();
        return ownDistance == null
                ? independentRows(shares(feature), closeMeans, rows)
                : Math.clamp(Math.pow(MEAN_DISTANCE / ownDistance, 2), 1, rows);
    }

    /**
     * The chance of at least that distance between two samples of one continuous distribution:
     * Kolmogorov's limit with Stephens' correction for small samples (Stephens 1970; Numerical
     * Recipes, 14.3.3).
     */
    static double pValue(double distance, double liveRows, double trainedRows) {
        double root = Math.sqrt(liveRows * trainedRows / (liveRows + trainedRows));
        return kolmogorov((root + 0.12 + 0.11 / root) * distance);
    }

    /** {@code 2 sum (-1)^(k-1) exp(-2 k^2 x^2)}: the upper tail of Kolmogorov's distribution. */
    static double kolmogorov(double x) {
        if (x < LEAST_ARGUMENT) {
            return 1;
        }
        double sum = 0;
        for (int k = 1; k <= TERMS; k++) {
            sum += (k % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * k * k * x * x);
        }
        return Math.clamp(sum, 0, 1);
    }

    /**
     * Independent values that would say as much about the mean bin as these: the variance of a bin
     * under the training window over the variance of the live mean, which is taken from the means
     * of the closes and their autocovariances up to the first that is not positive (Geyer 1992). A
     * window shorter than the feature's memory hides a part of it: then this is too large.
     *
     * @param closeMeans mean bin of each close, in the order of time
     * @param rows of all closes
     * @return 1 to rows
     */
    static double independentRows(double[] shares, double[] closeMeans, long rows) {
        int closes = closeMeans.length;
        double mean = 0;
        for (double value : closeMeans) {
            mean += value / closes;
        }
        double variance = autocovariance(closeMeans, mean, 0);
        for (int lag = 1; lag < closes; lag++) {
            double next = autocovariance(closeMeans, mean, lag);
            if (next <= 0) {
                break;
            }
            variance += 2 * next;
        }
        double ofMean = variance / closes;
        return ofMean <= 0 ? rows : Math.clamp(binVariance(shares) / ofMean, 1, rows);
    }

    private static double autocovariance(double[] values, double mean, int lag) {
        double sum = 0;
        for (int i = lag; i < values.length; i++) {
            sum += (values[i] - mean) * (values[i - lag] - mean);
        }
        return sum / values.length;
    }

    private static double binVariance(double[] shares) {
        double mean = 0;
        double square = 0;
        for (int bin = 0; bin < shares.length; bin++) {
            mean += bin * shares[bin];
            square += bin * bin * shares[bin];
        }
        return square - mean * mean;
    }

    /** The shares as an array. */
    static double[] shares(Feature feature) {
        return feature.shares().stream().mapToDouble(Double::doubleValue).toArray();
    }
}
