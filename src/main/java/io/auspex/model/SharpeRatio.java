package io.auspex.model;

import java.util.Optional;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.jspecify.annotations.Nullable;

/**
 * A Sharpe ratio with what it takes to doubt it. Not annualised: one period is one row of returns.
 *
 * <p>Source: Bailey and López de Prado, The deflated Sharpe ratio, Journal of Portfolio Management
 * 40 (2014).
 *
 * @param periods returns that it was measured on
 * @param ratio mean over sample deviation
 * @param skewness of the returns; 0 for a normal distribution
 * @param kurtosis of the returns; 3 for a normal distribution
 */
public record SharpeRatio(long periods, double ratio, double skewness, double kurtosis) {

    /** With fewer periods there is no ratio worth telling. */
    public static final int MIN_PERIODS = 10;

    private static final double EULER_MASCHERONI = 0.577_215_664_901_532_9;
    private static final NormalDistribution NORMAL = new NormalDistribution();

    public SharpeRatio {
        if (periods < 2
                || !Double.isFinite(ratio)
                || !Double.isFinite(skewness)
                || !Double.isFinite(kurtosis)) {
            throw new IllegalArgumentException(
                    "a Sharpe ratio is finite and of two periods at least: %d, %s, %s, %s"
                            .formatted(periods, ratio, skewness, kurtosis));
        }
    }

    /** Empty with fewer than {@value #MIN_PERIODS} returns, or when they are all the same. */
    public static Optional<SharpeRatio> of(double[] returns) {
        int n = returns.length;
        if (n < MIN_PERIODS) {
            return Optional.empty();
        }
        double mean = 0;
        for (double value : returns) {
            mean += value / n;
        }
        double second = 0;
        double third = 0;
        double fourth = 0;
        for (double value : returns) {
            double off = value - mean;
            second += off * off / n;
            third += off * off * off / n;
            fourth += off * off * off * off / n;
        }
        double deviation = Math.sqrt(second * n / (n - 1));
        if (!(second > 1e-300)) {
            return Optional.empty();
        }
        return Optional.of(
                new SharpeRatio(
                        n,
                        mean / deviation,
                        third / Math.pow(second, 1.5),
                        fourth / (second * second)));
    }

    /** Variance of the estimate itself, given its own skewness and kurtosis. */
    public double samplingVariance() {
        return spread() / (periods - 1);
    }

    /**
     * The ratio that the best of so many trials without any skill is expected to have.
     *
     * @param trials at least 1; one trial is no selection
     * @param variance of the trials' ratios, per period
     */
    public static double expectedMaximum(long trials, double variance) {
        if (trials < 1 || !(variance >= 0)) {
            throw new IllegalArgumentException(
                    "trials and their variance are positive: " + trials + ", " + variance);
        }
        return trials == 1
                ? 0
                : Math.sqrt(variance)
                        * ((1 - EULER_MASCHERONI)
                                        * NORMAL.inverseCumulativeProbability(1 - 1.0 / trials)
                                + EULER_MASCHERONI
                                        * NORMAL.inverseCumulativeProbability(
                                                1 - 1.0 / (trials * Math.E)));
    }

    /**
     * The chance that the true ratio is above a threshold (the probabilistic Sharpe ratio); with
     * {@link #expectedMaximum} as the threshold it is the deflated Sharpe ratio. Null when the
     * moments leave no positive spread.
     */
    public @Nullable Double probabilityAbove(double threshold) {
        double spread = spread();
        return spread > 0
                ? NORMAL.cumulativeProbability(
                        (ratio - threshold) * Math.sqrt(periods - 1.0) / Math.sqrt(spread))
                : null;
    }

    private double spread() {
        return 1 - skewness * ratio + (kurtosis - 1) / 4 * ratio * ratio;
    }
}
