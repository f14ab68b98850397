package io.auspex.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model, without its bytes. Versions are counted per model from 1 and never change
 * but for the gate's one decision.
 *
 * @param origin where it came from: {@code refit:12} or {@code import:onnx-models}
 * @param sha256 of the ONNX bytes, in hexadecimal
 * @param report the {@link io.auspex.model.TrainingReport} as it was written
 * @param reason the gate's reason; null while it is a candidate that the gate has not seen
 * @param unproven promoted by {@code --promote=always}, which asks for no evidence
 * @param pinned its bytes are kept whatever its age
 */
public record ModelVersion(
        String model,
        int version,
        VersionState state,
        String origin,
        String sha256,
        FeatureSchema schema,
        JsonNode report,
        @Nullable String reason,
        boolean unproven,
        Instant createdAt,
        @Nullable Instant decidedAt,
        boolean pinned) {

    /** One that nobody has pinned. */
    public ModelVersion(
            String model,
            int version,
            VersionState state,
            String origin,
            String sha256,
            FeatureSchema schema,
            JsonNode report,
            @Nullable String reason,
            boolean unproven,
            Instant createdAt,
            @Nullable Instant decidedAt) {
        this(
                model, version, state, origin, sha256, schema, report, reason, unproven, createdAt,
                decidedAt, false);
    }
}
