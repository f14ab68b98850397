package io.auspex.api.inference;

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
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready means that every question gets the answer it should: the database is reachable, and every
 * champion that the registry names has been loaded or has been tried. Without any champion the
 * service is ready too: 'no model' is then the right answer. A champion that cannot be loaded does
 * not take the others down with it: its own model answers 503, and the status says why.
 */
@Readiness
@ApplicationScoped
class ServiceReadiness implements AsyncHealthCheck {

    private static final Logger LOG = Logger.getLogger(ServiceReadiness.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ModelRegistry registry;
    private final ModelServer server;
    private final Roles roles;

    ServiceReadiness(ModelRegistry registry, ModelServer server, Roles roles) {
        this.registry = registry;
        this.server = server;
        this.roles = roles;
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
                .map(this::firstNotLoaded)
                .onFailure()
                .recoverWithItem(failure -> {
                    LOG.debug("the registry cannot be read", failure);
                    return Optional.of("the database does not answer");
                });
    }

    private Optional<String> firstNotLoaded(List<RegisteredModel> models) {
        List<ServingStatus> served = server.status();
        return models.stream()
                .filter(model -> model.champion() != null)
                .filter(model -> served.stream().noneMatch(status -> isSettled(status, model)))
                .map(model ->
                        "version %d of %s is being loaded"
                                .formatted(model.champion(), model.name()))
                .findFirst();
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
