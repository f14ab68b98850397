package io.auspex.serving;

import io.auspex.model.Head;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one version says of one feature vector.
 *
 * @param heads every head of the model, in the order of {@link Head}; calibrated probabilities in
 *     [0, 1], the expected return as a fraction
 * @param expectedReturnInterval the split-conformal interval of the expected return with the
 *     largest coverage that the model carries; null when it carries none
 * @param unproven nobody asked for the evidence of that version
 */
public record Prediction(
        String model,
        int version,
        String schemaHash,
        Map<Head, Double> heads,
        @Nullable Interval expectedReturnInterval,
        boolean unproven) {

    public Prediction {
        Map<Head, Double> ordered = new EnumMap<>(Head.class);
        ordered.putAll(heads);
        heads = Collections.unmodifiableMap(ordered);
    }

    /** An interval that holds the outcome with probability {@code coverage}. */
    public record Interval(double lower, double upper, double coverage) {}
}
