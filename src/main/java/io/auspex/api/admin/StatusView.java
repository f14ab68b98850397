package io.auspex.api.admin;

import io.auspex.ingest.IngestSnapshot;
import io.auspex.kafka.KafkaStatus;
import io.auspex.platform.Election;
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
 * @param kafka what goes out to it; null when none is connected here
 */
@Schema(name = "Status")
record StatusView(
        String name,
        String version,
        Instant startedAt,
        long uptimeSeconds,
        ProcessView process,
        DatabaseView database,
        IngestSnapshot feed,
        List<ModelStatus> models,
        @Nullable Refit lastRefit,
        LedgerView ledger,
        SignalsStatus signals,
        @Nullable KafkaStatus kafka) {

    /**
     * This process among others.
     *
     * @param name what the database calls it
     * @param ingesting which process takes the candles of its feed in; null without a feed, and
     *     while that is not known
     */
    record ProcessView(String name, List<String> roles, @Nullable IngestingView ingesting) {}

    /**
     * @param here whether it is this process
     * @param term how often it has been another one's turn
     */
    record IngestingView(boolean here, String process, String host, long term, Instant since) {

        static IngestingView of(boolean here, Election.Holder holder) {
            return new IngestingView(
                    here, holder.process(), holder.host(), holder.term(), holder.since());
        }
    }

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
