package io.auspex.api.admin;

import io.auspex.ingest.IngestSnapshot;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.auspex.retraining.Refit;
import io.auspex.serving.ServingStatus;
import io.auspex.signals.SignalsStatus;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Everything at a glance.
 *
 * @param lastRefit the newest of all models; null when there was none
 */
@Schema(name = "Status")
record StatusView(
        String name,
        String version,
        Instant startedAt,
        long uptimeSeconds,
        DatabaseView database,
        IngestSnapshot feed,
        List<ModelStatus> models,
        @Nullable Refit lastRefit,
        LedgerView ledger,
        SignalsStatus signals) {

    /**
     * @param kind {@code embedded} or {@code external}
     */
    record DatabaseView(String kind) {}

    /**
     * @param head sequence number of the newest signal; 0 when there is none
     */
    record LedgerView(long head) {}

    /**
     * A model in short.
     *
     * @param lastDecision what the gate said of the newest version, PROMOTED or REJECTED; null
     *     while it has not spoken
     * @param lastReason why; while nothing was ever decided, null
     */
    record ModelStatus(
            String name,
            @Nullable Integer champion,
            @Nullable Integer previous,
            @Nullable Integer challenger,
            @Nullable ServingStatus serving,
            @Nullable VersionState lastDecision,
            @Nullable String lastReason,
            @Nullable Refit lastRefit) {

        static ModelStatus of(
                RegisteredModel model,
                @Nullable ServingStatus serving,
                @Nullable ModelVersion lastVersion,
                @Nullable Refit lastRefit) {
            ModelVersion decided =
                    lastVersion != null && lastVersion.state() != VersionState.CANDIDATE
                            ? lastVersion
                            : null;
            return new ModelStatus(
                    model.name(),
                    model.champion(),
                    model.previous(),
                    model.challenger(),
                    serving,
                    decided == null ? null : decided.state(),
                    decided == null ? null : decided.reason(),
                    lastRefit);
        }
    }
}
