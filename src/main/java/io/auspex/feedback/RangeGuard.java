package io.auspex.feedback;

import io.auspex.features.FeatureSchema;
import io.auspex.model.FeatureProfile;
import io.auspex.model.FeatureProfile.Feature;
import io.auspex.serving.FeatureVector;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Out of distribution: whether a row is far from what training saw. A feature is far out when it
 * lies beyond {@code [low - k (high - low), high + k (high - low)]}, its 0.001 and 0.999 quantiles
 * in the training window; a row is, when more than a share of its features are. F comparisons a
 * row, no allocation until it abstains. Immutable.
 */
final class RangeGuard {

    private final FeatureSchema schema;
    private final float[] lowest;
    private final float[] highest;
    private final float[] spread;
    private final int mostOutside;

    /**
     * @param margin k
     * @param share of the features that may be outside, in [0, 1)
     */
    RangeGuard(FeatureSchema schema, FeatureProfile profile, double margin, double share) {
        this.schema = schema;
        lowest = new float[schema.size()];
        highest = new float[schema.size()];
        spread = new float[schema.size()];
        Arrays.fill(lowest, Float.NEGATIVE_INFINITY);
        Arrays.fill(highest, Float.POSITIVE_INFINITY);
        for (int j = 0; j < schema.size(); j++) {
            Feature feature = profile.features().get(schema.names().get(j));
            if (feature != null) {
                spread[j] = feature.high() - feature.low();
                lowest[j] = (float) (feature.low() - margin * spread[j]);
                highest[j] = (float) (feature.high() + margin * spread[j]);
            }
        }
        mostOutside = (int) Math.floor(share * schema.size());
    }

    /** Why the row is out of distribution; empty when it is not. NaN is not outside. */
    Optional<String> check(FeatureVector row) {
        int outside = 0;
        for (int j = 0; j < lowest.length; j++) {
            float value = row.get(j);
            if (value < lowest[j] || value > highest[j]) {
                outside++;
            }
        }
        return outside > mostOutside ? Optional.of(reason(row, outside)) : Optional.empty();
    }

    private String reason(FeatureVector row, int outside) {
        int worst = 0;
        double most = -1;
        for (int j = 0; j < lowest.length; j++) {
            float value = row.get(j);
            double beyond = Math.max(lowest[j] - value, value - highest[j]);
            double relative = beyond > 0 ? beyond / Math.max(spread[j], Float.MIN_NORMAL) : -1;
            if (relative > most) {
                most = relative;
                worst = j;
            }
        }
        return String.format(
                Locale.ROOT,
                "out of distribution: %d of %d features are beyond what training saw, at most %d may"
                        + " be; farthest is %s at %.4g, allowed %.4g to %.4g",
                outside,
                lowest.length,
                mostOutside,
                schema.names().get(worst),
                row.get(worst),
                lowest[worst],
                highest[worst]);
    }
}
