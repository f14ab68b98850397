package io.auspex.serving;

import io.auspex.model.Head;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one version says of one feature vector.
 *
 * @param heads every head of the model; calibrated probabilities in [0, 1], the expected return as
 *     a fraction
 * @param expectedReturnInterval the split-conformal interval of the expected return; null when the
 *     model carries none
 * @param unproven the version was promoted without evidence
 */
public record Prediction(
        String model,
        int version,
        String schemaHash,
        Map<Head, Double> heads,
        @Nullable Interval expectedReturnInterval,
        boolean unproven) {

    public Prediction {
        heads = Map.copyOf(heads);
    }

    /** An interval that holds the outcome with probability {@code coverage}. */
    public record Interval(double lower, double upper, double coverage) {}
}
