package io.auspex.feedback;

import java.util.Locale;
import java.util.Optional;

/**
 * How far the coverage of an interval may be from its level before it no longer keeps its promise:
 * so many standard errors of a binomial share, of as many independent outcomes as there are in
 * effect. Outcomes of one horizon overlap: the covariance of two that are a share {@code u} of the
 * horizon apart is about {@code (1 - u)^2}, which sums to two thirds of a horizon of closes for one
 * independent close. Symbols of one close move together: their correlation is allowed for with 0.1.
 *
 * @param errors standard errors, above 0
 * @param horizonCandles of the model
 */
record CoverageBand(double errors, int horizonCandles) {

    /** The level of the interval that is watched. */
    static final double LEVEL = 0.8;

    private static final double SYMBOL_CORRELATION = 0.1;

    /** Half width of the band around {@link #LEVEL}. */
    double halfWidth(long outcomes, int closes) {
        double symbols = (double) outcomes / closes;
        double blocks = closes / Math.clamp(2 * horizonCandles / 3.0, 1, closes);
        double independent = blocks * symbols / (1 + (symbols - 1) * SYMBOL_CORRELATION);
        return errors * Math.sqrt(LEVEL * (1 - LEVEL) / independent);
    }

    /**
     * Why signals should abstain; empty inside the band.
     *
     * @param closes that the outcomes are of, at least one
     */
    Optional<String> check(double coverage, long outcomes, int closes) {
        double half = halfWidth(outcomes, closes);
        return Math.abs(coverage - LEVEL) <= half
                ? Optional.empty()
                : Optional.of(
                        String.format(
                                Locale.ROOT,
                                "the 80 %% interval held %.1f %% of the last %d outcomes, outside of"
                                        + " 80 %% give or take %.1f",
                                100 * coverage,
                                outcomes,
                                100 * half));
    }
}
