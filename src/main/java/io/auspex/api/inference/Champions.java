package io.auspex.api.inference;

import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.Unregistered;
import io.auspex.serving.Lease;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingStatus;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds who answers for a model, or says why nobody does. */
@ApplicationScoped
class Champions {

    private final ModelServer server;
    private final ModelRegistry registry;

    Champions(ModelServer server, ModelRegistry registry) {
        this.server = server;
        this.registry = registry;
    }

    /** The champion; the lease is the caller's to close. Empty when no version serves. */
    Optional<Lease> acquire(String model) {
        return server.acquire(model);
    }

    /** Who answers for a key: the champion, or its challenger for a share of the keys. */
    Optional<Lease> acquire(String model, Supplier<@Nullable String> key) {
        return server.acquire(model, key);
    }

    /**
     * Why nobody answers: always fails, NOT_FOUND {@code no-such-model} or NOT_READY {@code
     * no-model}.
     */
    <T> Uni<T> absent(String model) {
        return registry.model(model)
                .onItem()
                .transformToUni(registered ->
                        Uni.createFrom()
                                .failure(
                                        registered
                                                .map(this::noModel)
                                                .orElseGet(() -> Unregistered.model(model))));
    }

    private Failure noModel(RegisteredModel model) {
        String problem =
                server.status().stream()
                        .filter(status -> status.model().equals(model.name()))
                        .findFirst()
                        .map(ServingStatus::problem)
                        .orElse(null);
        String reason =
                problem != null
                        ? problem
                        : model.champion() == null
                                ? "no version of " + model.name() + " was ever promoted"
                                : "version " + model.champion() + " is being loaded";
        return new Failure(Failure.Category.NOT_READY, "no-model", "no model: " + reason);
    }
}
