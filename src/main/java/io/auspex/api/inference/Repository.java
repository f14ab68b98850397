package io.auspex.api.inference;

import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionSummary;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingStatus;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The registry as the model repository extension sees it
 * (https://github.com/triton-inference-server/server, {@code extension_model_repository}): what
 * there is, what of it serves, and taking a model in or out of serving in this process. It never
 * changes the registry.
 */
@ApplicationScoped
class Repository {

    private final ModelRegistry registry;
    private final ModelServer server;

    Repository(ModelRegistry registry, ModelServer server) {
        this.registry = registry;
        this.server = server;
    }

    /** State of an entry, as the extension names it. */
    enum State {
        READY,
        UNAVAILABLE,
        LOADING
    }

    /**
     * A version of a model, or a model without one.
     *
     * @param version null when the model has none
     * @param reason why it is not ready; empty when it is
     */
    record Entry(String name, @Nullable String version, State state, String reason) {}

    /**
     * Every version of every model, newest first.
     *
     * @param readyOnly only those that answer without naming a version: the champions that serve
     */
    Uni<List<Entry>> index(boolean readyOnly) {
        // Queries of one session context run one after the other.
        return registry.models()
                .onItem()
                .transformToMulti(models -> Multi.createFrom().iterable(models))
                .onItem()
                .transformToUniAndConcatenate(this::entries)
                .collect()
                .asList()
                .map(all ->
                        all.stream()
                                .flatMap(List::stream)
                                .filter(entry -> !readyOnly || entry.state() == State.READY)
                                .toList());
    }

    /** Versions of a model that can be asked for by number, newest first. */
    Uni<List<Integer>> versions(String model) {
        return registry.summaries(model)
                .map(versions -> versions.stream().map(VersionSummary::version).toList());
    }

    /** Serves the champion, loaded anew. */
    Uni<Void> load(String model) {
        return server.load(ModelName.require(model));
    }

    /** Serves nothing of the model until it is loaded again. */
    Uni<Void> unload(String model) {
        return server.unload(ModelName.require(model));
    }

    private Uni<List<Entry>> entries(RegisteredModel model) {
        return registry.summaries(model.name())
                .map(versions -> entries(model, status(model.name()), versions));
    }

    private Optional<ServingStatus> status(String model) {
        return server.status().stream().filter(status -> status.model().equals(model)).findFirst();
    }

    private static List<Entry> entries(
            RegisteredModel model, Optional<ServingStatus> status, List<VersionSummary> versions) {
        if (versions.isEmpty()) {
            return List.of(new Entry(model.name(), null, State.UNAVAILABLE, "it has no version"));
        }
        List<Entry> entries = new ArrayList<>(versions.size());
        for (VersionSummary version : versions) {
            entries.add(entry(model, status, version));
        }
        return entries;
    }

    private static Entry entry(
            RegisteredModel model, Optional<ServingStatus> status, VersionSummary version) {
        String number = Integer.toString(version.version());
        Integer serving = status.map(ServingStatus::version).orElse(null);
        if (Objects.equals(serving, version.version())) {
            return new Entry(model.name(), number, State.READY, "");
        }
        if (Objects.equals(model.champion(), version.version())) {
            String problem = status.map(ServingStatus::problem).orElse(null);
            return problem == null
                    ? new Entry(model.name(), number, State.LOADING, "it is being loaded")
                    : new Entry(model.name(), number, State.UNAVAILABLE, problem);
        }
        return new Entry(
                model.name(),
                number,
                State.UNAVAILABLE,
                switch (version.state()) {
                    case CANDIDATE -> "a candidate: nothing was decided yet";
                    case REJECTED -> "rejected: " + version.reason();
                    case PROMOTED -> "another version is the champion";
                });
    }
}
