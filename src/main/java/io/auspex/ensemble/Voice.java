package io.auspex.ensemble;

import io.auspex.model.Head;
import java.util.Map;

/**
 * What a member said, and how much it counts.
 *
 * @param weight more than 0, finite; only the ratio to the others' matters
 * @param heads calibrated probabilities in [0, 1] and the expected return as a fraction
 */
record Voice(String member, double weight, Map<Head, Double> heads) {

    Voice {
        if (!(weight > 0) || !Double.isFinite(weight)) {
            throw new IllegalArgumentException(
                    "a voice has a weight above 0: %s of %s".formatted(weight, member));
        }
        heads = Map.copyOf(heads);
    }
}
