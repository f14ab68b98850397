package io.auspex.api.inference;

import io.auspex.ingest.IngestStatus;
import io.auspex.platform.Roles;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingStatus;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready means that every question gets the answer it should: the registry has been read, and every
 * champion that it names has been loaded or has been tried. A model that is required ({@code
 * auspex.inference.required-models}) must have a champion; all others are optional, and 'no model'
 * is the right answer without one. And where another process takes the market in, this one has
 * caught up with it: questions by symbol are answered from the first one on. A champion that cannot
 * be loaded does not take the others down with it: its own model answers 503, and the status says
 * why.
 *
 * <p>A service that was ready stays so while the database is away: what it serves is in memory, and
 * to be taken out of its load balancer would be the outage that the database alone is not.
 */
@Readiness
@ApplicationScoped
class ServiceReadiness implements AsyncHealthCheck {

    private static final Logger LOG = Logger.getLogger(ServiceReadiness.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ModelRegistry registry;
    private final ModelServer server;
    private final IngestStatus ingest;
    private final Roles roles;
    private final List<String> required;
    private volatile boolean wasReady;

    ServiceReadiness(
            ModelRegistry registry,
            ModelServer server,
            IngestStatus ingest,
            Roles roles,
            InferenceConfig config) {
        this.registry = registry;
        this.server = server;
        this.ingest = ingest;
        this.roles = roles;
        this.required =
                config.requiredModels().stream()
                        .flatMap(names -> Stream.of(names.split(",")))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return unready().map(this::response);
    }

    /** Why the service cannot answer; empty when it can. */
    Uni<Optional<String>> unready() {
        return registry.models()
                .ifNoItem()
                .after(PATIENCE)
                .fail()
                .map(models -> firstNotLoaded(models).or(this::notCaughtUp))
                .invoke(missing -> wasReady = missing.isEmpty())
                .onFailure()
                .recoverWithItem(failure -> {
                    LOG.debug("the registry cannot be read", failure);
                    return wasReady
                            ? Optional.empty()
                            : Optional.of("the database does not answer");
                });
    }

    private Optional<String> firstNotLoaded(List<RegisteredModel> models) {
        List<ServingStatus> served = server.status();
        for (String name : required) {
            if (served.stream()
                    .noneMatch(status -> status.model().equals(name) && status.version() != null)) {
                return Optional.of("the required model " + name + " has no champion that serves");
            }
        }
        return models.stream()
                .filter(model -> model.champion() != null)
                .filter(model -> served.stream().noneMatch(status -> isSettled(status, model)))
                .map(model ->
                        "version %d of %s is being loaded"
                                .formatted(model.champion(), model.name()))
                .findFirst();
    }

    private Optional<String> notCaughtUp() {
        return ingest.hasItsPlace()
                ? Optional.empty()
                : Optional.of("the market is not followed yet");
    }

    private static boolean isSettled(ServingStatus status, RegisteredModel model) {
        return status.model().equals(model.name())
                && (status.version() != null || status.problem() != null);
    }

    private HealthCheckResponse response(Optional<String> unready) {
        HealthCheckResponseBuilder answer =
                HealthCheckResponse.named("models")
                        .status(unready.isEmpty())
                        .withData("roles", roles.toString());
        unready.ifPresent(reason -> answer.withData("reason", reason));
        return answer.build();
    }
}
