package io.auspex.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What judges predictions. A measure that does not exist on the given rows is empty; predictions
 * and outcomes are finite and equally many.
 */
public final class Measures {

    /**
     * Probabilities are clipped to {@code [EPSILON, 1 - EPSILON]} before their logarithm is taken:
     * 2^-23, the spacing of float32 below 1 and what scikit-learn uses for float32. One confident
     * mistake therefore costs at most 15.9 nats.
     */
    public static final double EPSILON = 0x1p-23;

    private static final int BINS = 10;
    private static final int SYMBOLS_TO_RANK = 3;

    private Measures() {}

    /**
     * One bin of a reliability table.
     *
     * @param meanProbability what was forecast
     * @param positiveShare what came of it
     */
    public record ReliabilityBin(int rows, double meanProbability, double positiveShare) {}

    /** The log loss of one row, in nats. */
    public static double logLoss(double probability, boolean positive) {
        double clipped = Math.clamp(probability, EPSILON, 1 - EPSILON);
        return positive ? -Math.log(clipped) : -Math.log1p(-clipped);
    }

    /** Mean log loss, in nats. */
    public static OptionalDouble logLoss(double[] probabilities, boolean[] positives) {
        requireSameLength(probabilities.length, positives.length);
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            sum += logLoss(probabilities[i], positives[i]);
        }
        return mean(sum, probabilities.length);
    }

    /** Mean squared difference of probability and outcome (Brier 1950, one class). */
    public static OptionalDouble brier(double[] probabilities, boolean[] positives) {
        requireSameLength(probabilities.length, positives.length);
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            double error = probabilities[i] - (positives[i] ? 1 : 0);
            sum += error * error;
        }
        return mean(sum, probabilities.length);
    }

    /** Share of positives. */
    public static OptionalDouble baseRate(boolean[] positives) {
        return mean(count(positives), positives.length);
    }

    /**
     * Area under the ROC curve: the chance that a positive row scores above a negative one, ties
     * counting half (Mann-Whitney). Empty when one of the classes is missing.
     */
    public static OptionalDouble auc(double[] scores, boolean[] positives) {
        requireSameLength(scores.length, positives.length);
        double positiveRows = count(positives);
        double negativeRows = positives.length - positiveRows;
        if (positiveRows == 0 || negativeRows == 0) {
            return OptionalDouble.empty();
        }
        double[] ranks = averageRanks(scores);
        double rankSum = 0;
        for (int i = 0; i < ranks.length; i++) {
            if (positives[i]) {
                rankSum += ranks[i];
            }
        }
        double wins = rankSum - positiveRows * (positiveRows + 1) / 2;
        return OptionalDouble.of(wins / (positiveRows * negativeRows));
    }

    /**
     * Forecast against outcome in ten bins of equal mass: the edges are the deciles of the
     * probabilities, interpolated linearly; a probability on an edge belongs to the bin below.
     * Equal mass, because the probabilities of rare events would all lie in the first bin of equal
     * width.
     *
     * @return the bins that hold rows, in ascending probability
     */
    public static List<ReliabilityBin> reliability(double[] probabilities, boolean[] positives) {
        requireSameLength(probabilities.length, positives.length);
        if (probabilities.length == 0) {
            return List.of();
        }
        double[] edges = innerDeciles(probabilities);
        int[] rows = new int[BINS];
        double[] forecast = new double[BINS];
        double[] outcome = new double[BINS];
        for (int i = 0; i < probabilities.length; i++) {
            int bin = firstNotBelow(edges, probabilities[i]);
            rows[bin]++;
            forecast[bin] += probabilities[i];
            outcome[bin] += positives[i] ? 1 : 0;
        }
        List<ReliabilityBin> bins = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            if (rows[bin] > 0) {
                bins.add(
                        new ReliabilityBin(
                                rows[bin], forecast[bin] / rows[bin], outcome[bin] / rows[bin]));
            }
        }
        return bins;
    }

    /**
     * Expected calibration error (Naeini, Cooper, Hauskrecht 2015): over the bins of {@link
     * #reliability}, the mean distance of forecast and outcome weighted by rows.
     */
    public static OptionalDouble calibrationError(double[] probabilities, boolean[] positives) {
        double sum = 0;
        for (ReliabilityBin bin : reliability(probabilities, positives)) {
            sum += bin.rows() * Math.abs(bin.meanProbability() - bin.positiveShare());
        }
        return mean(sum, probabilities.length);
    }

    /** Mean squared error. */
    public static OptionalDouble meanSquaredError(double[] predicted, double[] actual) {
        requireSameLength(predicted.length, actual.length);
        double sum = 0;
        for (int i = 0; i < predicted.length; i++) {
            double error = predicted[i] - actual[i];
            sum += error * error;
        }
        return mean(sum, predicted.length);
    }

    /**
     * Information coefficient: Spearman's rank correlation of prediction and outcome across the
     * symbols of each close that has at least three, averaged over those closes; when there is no
     * such close, over all rows together. A close where either side is constant has no correlation
     * and is left out.
     *
     * @param times close time of each row, ascending: rows of one close are neighbours
     */
    public static OptionalDouble rankIc(long[] times, double[] predicted, double[] actual) {
        requireSameLength(times.length, predicted.length);
        requireSameLength(times.length, actual.length);
        double sum = 0;
        int closes = 0;
        for (int from = 0; from < times.length; ) {
            int to = from + 1;
            while (to < times.length && times[to] == times[from]) {
                to++;
            }
            if (to - from >= SYMBOLS_TO_RANK) {
                OptionalDouble correlation =
                        spearman(
                                Arrays.copyOfRange(predicted, from, to),
                                Arrays.copyOfRange(actual, from, to));
                if (correlation.isPresent()) {
                    sum += correlation.getAsDouble();
                    closes++;
                }
            }
            from = to;
        }
        return closes > 0 ? OptionalDouble.of(sum / closes) : spearman(predicted, actual);
    }

    /** Spearman's rank correlation with average ranks for ties; empty when a side is constant. */
    public static OptionalDouble spearman(double[] first, double[] second) {
        requireSameLength(first.length, second.length);
        double[] firstRanks = averageRanks(first);
        double[] secondRanks = averageRanks(second);
        double mean = (first.length + 1) / 2.0;
        double covariance = 0;
        double firstVariance = 0;
        double secondVariance = 0;
        for (int i = 0; i < first.length; i++) {
            double a = firstRanks[i] - mean;
            double b = secondRanks[i] - mean;
            covariance += a * b;
            firstVariance += a * a;
            secondVariance += b * b;
        }
        return firstVariance == 0 || secondVariance == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(covariance / Math.sqrt(firstVariance * secondVariance));
    }

    /** Ranks from 1; equal values share the mean of their ranks. */
    private static double[] averageRanks(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double[] ranks = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int below = firstNotBelow(sorted, values[i]);
            int notAbove = firstAbove(sorted, values[i]);
            ranks[i] = (below + 1 + notAbove) / 2.0;
        }
        return ranks;
    }

    private static double[] innerDeciles(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double[] edges = new double[BINS - 1];
        for (int i = 0; i < edges.length; i++) {
            double position = (i + 1.0) * (sorted.length - 1) / BINS;
            int below = (int) position;
            int above = Math.min(below + 1, sorted.length - 1);
            edges[i] = sorted[below] + (position - below) * (sorted[above] - sorted[below]);
        }
        return edges;
    }

    /** Index of the first value that is {@code >= value}. */
    private static int firstNotBelow(double[] sorted, double value) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < value) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /** Index of the first value that is {@code > value}. */
    private static int firstAbove(double[] sorted, double value) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] <= value) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private static double count(boolean[] positives) {
        int count = 0;
        for (boolean positive : positives) {
            count += positive ? 1 : 0;
        }
        return count;
    }

    private static OptionalDouble mean(double sum, int rows) {
        return rows == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / rows);
    }

    private static void requireSameLength(int predictions, int outcomes) {
        if (predictions != outcomes) {
            throw new IllegalArgumentException(
                    predictions + " predictions for " + outcomes + " outcomes");
        }
    }
}
