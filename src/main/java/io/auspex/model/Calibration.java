package io.auspex.model;

/**
 * A straight line through a head's raw scores: for a probability head {@code p = 1 / (1 +
 * exp(-(slope * score + intercept)))}, for the expected return {@code slope * score + intercept}.
 */
public record Calibration(double slope, double intercept) {

    /** Leaves scores as they are. */
    public static final Calibration IDENTITY = new Calibration(1, 0);

    public Calibration {
        if (!Double.isFinite(slope) || !Double.isFinite(intercept)) {
            throw new IllegalArgumentException(
                    "a calibration is finite: slope " + slope + ", intercept " + intercept);
        }
    }

    /** The calibrated score: a log-odds for a probability head, a return for the other. */
    public double score(double rawScore) {
        return slope * rawScore + intercept;
    }

    /** The calibrated probability of a raw score of a probability head. */
    public double probability(double rawScore) {
        return 1 / (1 + Math.exp(-score(rawScore)));
    }

    /** What the head answers for a raw score. */
    public double output(Head head, double rawScore) {
        return head.isProbability() ? probability(rawScore) : score(rawScore);
    }
}
