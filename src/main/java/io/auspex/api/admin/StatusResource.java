package io.auspex.api.admin;

import io.auspex.api.admin.StatusView.DatabaseView;
import io.auspex.api.admin.StatusView.LedgerView;
import io.auspex.api.admin.StatusView.ModelStatus;
import io.auspex.ingest.IngestStatus;
import io.auspex.kafka.KafkaChannels;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitService;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingStatus;
import io.auspex.signals.SignalLedger;
import io.auspex.signals.SignalPipeline;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Everything at a glance. */
@Path("/api/status")
@ApplicationScoped
@Tag(name = "Status")
public class StatusResource {

    private final IngestStatus ingest;
    private final ModelRegistry registry;
    private final ModelServer server;
    private final RefitService refits;
    private final SignalLedger ledger;
    private final SignalPipeline pipeline;
    private final InstantSource clock;
    private final ThisProcess process;
    private final KafkaChannels kafka;
    private final String version;
    private final String databaseKind;
    private Instant startedAt;

    StatusResource(
            IngestStatus ingest,
            ModelRegistry registry,
            ModelServer server,
            RefitService refits,
            SignalLedger ledger,
            SignalPipeline pipeline,
            InstantSource clock,
            ThisProcess process,
            KafkaChannels kafka,
            @ConfigProperty(name = "quarkus.application.version") String version,
            @ConfigProperty(name = "auspex.database.url") Optional<String> databaseUrl) {
        this.ingest = ingest;
        this.registry = registry;
        this.server = server;
        this.refits = refits;
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.clock = clock;
        this.process = process;
        this.kafka = kafka;
        this.version = version;
        this.databaseKind = databaseUrl.isPresent() ? "external" : "embedded";
        this.startedAt = clock.instant();
    }

    void started(@Observes StartupEvent event) {
        startedAt = clock.instant();
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Feed, models with the gate's last decision, refits, ledger, database")
    public Uni<StatusView> status() {
        return registry.models()
                .chain(this::models)
                .chain(models ->
                        refits.refits(null, 1)
                                .chain(newest ->
                                        ledger.head().map(head -> view(models, newest, head))));
    }

    /** One after the other: they share the request's database session. */
    private Uni<List<ModelStatus>> models(List<RegisteredModel> models) {
        return Multi.createFrom()
                .iterable(models)
                .onItem()
                .transformToUniAndConcatenate(this::model)
                .collect()
                .asList();
    }

    private Uni<ModelStatus> model(RegisteredModel model) {
        return registry.version(model.name(), model.lastVersion())
                .chain(last ->
                        refits.refits(model.name(), 1)
                                .map(newest ->
                                        ModelStatus.of(
                                                model,
                                                serving(model.name()),
                                                last.orElse(null),
                                                first(newest))));
    }

    private @Nullable ServingStatus serving(String model) {
        return server.status().stream()
                .filter(status -> status.model().equals(model))
                .findFirst()
                .orElse(null);
    }

    private StatusView view(List<ModelStatus> models, List<Refit> newest, long head) {
        Instant now = clock.instant();
        return new StatusView(
                "auspex",
                version,
                startedAt,
                Duration.between(startedAt, now).toSeconds(),
                process.view(),
                new DatabaseView(databaseKind),
                ingest.snapshot(),
                models,
                first(newest),
                new LedgerView(head),
                pipeline.status(),
                kafka.status().orElse(null));
    }

    private static @Nullable Refit first(List<Refit> refits) {
        return refits.isEmpty() ? null : refits.getFirst();
    }
}
