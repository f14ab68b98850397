package io.auspex.model;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Split conformal prediction: the half width around a prediction that covers a new outcome with at
 * least the asked chance, when old and new residuals are exchangeable. Markets are not: the level
 * is a promise about the calibration period only, and live coverage is to be watched.
 *
 * <p>Source: Lei, G'Sell, Rinaldo, Tibshirani, Wasserman, Distribution-free predictive inference
 * for regression, JASA 113 (2018), algorithm 2; Vovk, Gammerman, Shafer, Algorithmic learning in a
 * random world (2005).
 */
public final class ConformalQuantile {

    /** What the product {@code (n + 1) * level} may be off by, before it is rounded up. */
    private static final double ROUNDING = 1e-9;

    private ConformalQuantile() {}

    /**
     * The {@code ceil((n + 1) * level)}-th smallest absolute residual: the finite-sample correction
     * asks for one more than the plain quantile.
     *
     * @param residuals out of sample, outcome less prediction, finite
     * @param level in (0, 1), such as 0.9
     * @return empty when there are too few residuals for that level: the interval would be infinite
     */
    public static OptionalDouble of(double[] residuals, double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("level must be in (0, 1): " + level);
        }
        double[] sorted = new double[residuals.length];
        for (int i = 0; i < sorted.length; i++) {
            if (!Double.isFinite(residuals[i])) {
                throw new IllegalArgumentException("residual " + i + " is " + residuals[i]);
            }
            sorted[i] = Math.abs(residuals[i]);
        }
        Arrays.sort(sorted);
        long rank = (long) Math.ceil((sorted.length + 1.0) * level - ROUNDING);
        return rank > sorted.length
                ? OptionalDouble.empty()
                : OptionalDouble.of(sorted[(int) Math.max(rank, 1) - 1]);
    }
}
