package io.auspex.api.inference;

import io.auspex.platform.Failure;
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
import java.util.Set;
import java.util.TreeSet;
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
     * @param readyOnly only those that answer: the champions that serve, and what can be asked for
     *     by its number
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

    /**
     * Serves the champion, loaded anew.
     *
     * @param parameters names of those that came along: a configuration or files of the client's
     *     own are not what is loaded here, and to ignore them would be a lie
     * @throws Failure INVALID {@code unsupported-parameter}
     */
    Uni<Void> load(String model, Set<String> parameters) {
        if (!parameters.isEmpty()) {
            throw Signature.invalid(
                    "unsupported-parameter",
                    "load takes no parameters, and there is '%s'; a model comes in as a version, with POST /api/models/{name}/versions"
                            .formatted(Signature.quoted(new TreeSet<>(parameters).getFirst())));
        }
        return server.load(ModelName.require(model));
    }

    /**
     * There is one repository, and it has no name.
     *
     * @throws Failure INVALID {@code unsupported-parameter} for any other
     */
    static void requireOurs(String repositoryName) {
        if (!repositoryName.isEmpty()) {
            throw Signature.invalid(
                    "unsupported-parameter",
                    "there is no repository '%s': there is one, without a name; leave repository_name out"
                            .formatted(Signature.quoted(repositoryName)));
        }
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

    private List<Entry> entries(
            RegisteredModel model, Optional<ServingStatus> status, List<VersionSummary> versions) {
        if (versions.isEmpty()) {
            return List.of(new Entry(model.name(), null, State.UNAVAILABLE, "it has no version"));
        }
        List<Entry> entries = new ArrayList<>(versions.size());
        for (VersionSummary version : versions) {
            entries.add(
                    entry(
                            model,
                            status,
                            version,
                            server.obstacle(model.name(), version.version())));
        }
        return entries;
    }

    /**
     * @param obstacle why it does not answer by its number
     */
    private static Entry entry(
            RegisteredModel model,
            Optional<ServingStatus> status,
            VersionSummary version,
            Optional<String> obstacle) {
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
        return obstacle.map(why -> new Entry(model.name(), number, State.UNAVAILABLE, why))
                .orElseGet(() -> new Entry(model.name(), number, State.READY, ""));
    }
}
