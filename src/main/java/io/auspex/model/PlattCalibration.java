package io.auspex.model;

/**
 * Fits the sigmoid that turns raw scores into probabilities: maximum likelihood of slope and
 * intercept by Newton's method with backtracking, on targets smoothed towards one half, so that
 * neither separable nor one-sided data sends the fit to infinity.
 *
 * <p>Source: Platt, Probabilistic outputs for support vector machines (1999); the algorithm is that
 * of Lin, Lin and Weng, A note on Platt's probabilistic outputs for support vector machines,
 * Machine Learning 68 (2007). Their A and B are {@code -slope} and {@code -intercept}.
 */
public final class PlattCalibration {

    private static final int MAX_ITERATIONS = 100;
    private static final double MIN_STEP = 1e-10;

    /** Keeps the Hessian invertible. */
    private static final double RIDGE = 1e-12;

    /** Of the gradient, a row. */
    private static final double TOLERANCE = 1e-10;

    private final double[] scores;
    private final double[] targets;
    private double slope;
    private double intercept;

    private PlattCalibration(double[] scores, double[] targets, double intercept) {
        this.scores = scores;
        this.targets = targets;
        this.intercept = intercept;
    }

    /**
     * The calibration of scores that should rise with the probability. When they do not (they are
     * constant, or the fitted slope is not positive), the answer is a constant: slope 0 and the
     * log-odds of the smoothed base rate. A calibration never turns a model around.
     *
     * @param scores raw scores, finite, at least one
     * @param positives what came of them
     */
    public static Calibration fit(double[] scores, boolean[] positives) {
        if (scores.length == 0 || scores.length != positives.length) {
            throw new IllegalArgumentException(
                    scores.length + " scores for " + positives.length + " outcomes");
        }
        int positiveRows = 0;
        boolean varied = false;
        for (int i = 0; i < scores.length; i++) {
            if (!Double.isFinite(scores[i])) {
                throw new IllegalArgumentException("score " + i + " is " + scores[i]);
            }
            positiveRows += positives[i] ? 1 : 0;
            varied |= scores[i] != scores[0];
        }
        int negativeRows = scores.length - positiveRows;
        double high = (positiveRows + 1.0) / (positiveRows + 2.0);
        double low = 1 / (negativeRows + 2.0);
        double rate = (positiveRows * high + negativeRows * low) / scores.length;
        Calibration constant = new Calibration(0, Math.log(rate / (1 - rate)));
        if (!varied) {
            return constant;
        }
        double[] targets = new double[scores.length];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = positives[i] ? high : low;
        }
        return standardised(scores, targets, constant);
    }

    /** Scores are centred and scaled for the fit only: Newton's steps are then well conditioned. */
    private static Calibration standardised(
            double[] scores, double[] targets, Calibration constant) {
        double mean = 0;
        for (double score : scores) {
            mean += score / scores.length;
        }
        double variance = 0;
        for (double score : scores) {
            variance += (score - mean) * (score - mean) / scores.length;
        }
        double deviation = Math.sqrt(variance);
        if (!(deviation > 0) || !Double.isFinite(deviation)) {
            return constant;
        }
        double[] standard = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            standard[i] = (scores[i] - mean) / deviation;
        }
        PlattCalibration fit = new PlattCalibration(standard, targets, constant.intercept());
        fit.iterate();
        double slope = fit.slope / deviation;
        double intercept = fit.intercept - slope * mean;
        return slope > 0 && Double.isFinite(slope) && Double.isFinite(intercept)
                ? new Calibration(slope, intercept)
                : constant;
    }

    private void iterate() {
        double loss = loss(slope, intercept);
        for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
            double h11 = RIDGE;
            double h22 = RIDGE;
            double h21 = 0;
            double g1 = 0;
            double g2 = 0;
            for (int i = 0; i < scores.length; i++) {
                double p = 1 / (1 + Math.exp(-(slope * scores[i] + intercept)));
                double weight = p * (1 - p);
                double error = p - targets[i];
                h11 += scores[i] * scores[i] * weight;
                h22 += weight;
                h21 += scores[i] * weight;
                g1 += scores[i] * error;
                g2 += error;
            }
            if (Math.max(Math.abs(g1), Math.abs(g2)) < TOLERANCE * scores.length) {
                return;
            }
            double determinant = h11 * h22 - h21 * h21;
            double slopeStep = -(h22 * g1 - h21 * g2) / determinant;
            double interceptStep = -(h11 * g2 - h21 * g1) / determinant;
            double descent = g1 * slopeStep + g2 * interceptStep;
            double step = 1;
            double next = loss(slope + slopeStep, intercept + interceptStep);
            while (!(next < loss + 1e-4 * step * descent)) {
                step /= 2;
                if (step < MIN_STEP) {
                    return;
                }
                next = loss(slope + step * slopeStep, intercept + step * interceptStep);
            }
            slope += step * slopeStep;
            intercept += step * interceptStep;
            loss = next;
        }
    }

    /** Cross entropy, written so that neither tail overflows. */
    private double loss(double slope, double intercept) {
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            double score = slope * scores[i] + intercept;
            sum +=
                    score >= 0
                            ? (1 - targets[i]) * score + Math.log1p(Math.exp(-score))
                            : -targets[i] * score + Math.log1p(Math.exp(score));
        }
        return sum;
    }
}
