package io.auspex.feedback;

/**
 * How far the live values of a feature have moved from those it was trained on.
 *
 * @param psi population stability index over ten bins of the training window, beyond the greatest
 *     that the training window's own stretches of as many closes have; 0 is no change, over 0.25 is
 *     customarily called a major one
 * @param ks the largest distance of the two distribution functions at the bins' edges, in [0, 1]
 * @param ksPValue the chance of such a distance without a change, in [0, 1]
 * @param rows live values compared
 */
public record FeatureDrift(String feature, double psi, double ks, double ksPValue, long rows) {}
