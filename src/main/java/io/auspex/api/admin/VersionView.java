package io.auspex.api.admin;

import io.auspex.registry.ModelVersion;
import io.auspex.registry.VersionState;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A version in a list: without its report and the names of its features.
 *
 * @param features how many it takes
 * @param reason the gate's; null while it is a candidate
 */
@Schema(name = "VersionSummary")
record VersionView(
        String model,
        int version,
        VersionState state,
        String origin,
        String sha256,
        String schemaHash,
        int features,
        @Nullable String reason,
        boolean unproven,
        boolean pinned,
        Instant createdAt,
        @Nullable Instant decidedAt) {

    static VersionView of(ModelVersion version) {
        return new VersionView(
                version.model(),
                version.version(),
                version.state(),
                version.origin(),
                version.sha256(),
                version.schema().hash(),
                version.schema().size(),
                version.reason(),
                version.unproven(),
                version.pinned(),
                version.createdAt(),
                version.decidedAt());
    }
}
