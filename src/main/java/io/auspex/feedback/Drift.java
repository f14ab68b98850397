package io.auspex.feedback;

import io.auspex.model.FeatureProfile.Feature;

/**
 * How far live values are from the training window's, over the bins of its profile.
 *
 * <p>The bins are all that is known of the training values, so the Kolmogorov-Smirnov distance is
 * taken at the inner edges alone. It is therefore never larger than that of the values themselves,
 * and smaller by at most the share of the fullest bin (0.1 where no value repeats): a change within
 * a bin is not seen, and the p-value is too large rather than too small on that account.
 *
 * <p>Live values of neighbouring closes resemble each other; the p-value counts them as the number
 * of independent values whose mean would vary as much ({@link #independentRows}).
 */
final class Drift {

    /** An empty bin counts as half a value: the index would be infinite. */
    private static final double EMPTY_BIN = 0.5;

    /**
     * Terms of the Kolmogorov series; the 20th is below 1e-30 for every argument it is used for.
     */
    private static final int TERMS = 20;

    /** Below it the distribution function is 1 but for 1e-11, and the series converges slowly. */
    private static final double LEAST_ARGUMENT = 0.2;

    private Drift() {}

    /**
     * Population stability index, {@code sum (a - e) ln(a / e)} over the bins; Siddiqi, Credit Risk
     * Scorecards (2006). Without a change its mean is about {@code (bins - 1) / rows}, for
     * independent rows.
     *
     * @param counts live values in each bin
     */
    static double stabilityIndex(double[] shares, long[] counts) {
        long rows = total(counts);
        double index = 0;
        for (int bin = 0; bin < shares.length; bin++) {
            double live = Math.max(counts[bin], EMPTY_BIN) / rows;
            index += (live - shares[bin]) * Math.log(live / shares[bin]);
        }
        return index;
    }

    /** Largest distance of the two distribution functions at the inner edges. */
    static double distance(double[] shares, long[] counts) {
        long rows = total(counts);
        double trained = 0;
        double live = 0;
        double most = 0;
        for (int bin = 0; bin + 1 < shares.length; bin++) {
            trained += shares[bin];
            live += (double) counts[bin] / rows;
            most = Math.max(most, Math.abs(trained - live));
        }
        return most;
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

    private static long total(long[] counts) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        if (total == 0) {
            throw new IllegalArgumentException("there are no live values");
        }
        return total;
    }
}
