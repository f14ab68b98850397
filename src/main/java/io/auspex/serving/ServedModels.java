package io.auspex.serving;

import io.auspex.platform.Failure;
import io.auspex.registry.RegisteredModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The models that were ever to be served in this process, by name: who answers, and whose turn it
 * is to change that. Only registered ones, so that nobody can make it grow by asking. Reading never
 * blocks and never fails.
 */
final class ServedModels {

    private final Map<String, ServedModel> models = new ConcurrentSkipListMap<>();
    private final Registered registered;
    private final ServingMetrics metrics;
    private final Executor closer;

    /**
     * @param closer closes what serves no more
     */
    ServedModels(Registered registered, ServingMetrics metrics, Executor closer) {
        this.registered = registered;
        this.metrics = metrics;
        this.closer = closer;
    }

    /** The champion; empty when no version serves. */
    Optional<Lease> acquire(String model) {
        ServedModel served = models.get(model);
        return served == null ? Optional.empty() : served.slot().acquire();
    }

    /** The version in the shadow for its share of the keys, else the champion. */
    Optional<Lease> acquire(String model, Supplier<@Nullable String> key) {
        ServedModel served = models.get(model);
        if (served != null && served.shares()) {
            String given = key.get();
            if (given != null && served.isForShadow(given)) {
                Optional<Lease> shadow = served.shadow().acquire();
                if (shadow.isPresent()) {
                    return shadow;
                }
            }
        }
        return acquire(model);
    }

    /** The version in the shadow; empty when none runs there. */
    Optional<Lease> acquireShadow(String model) {
        ServedModel served = models.get(model);
        return served == null ? Optional.empty() : served.shadow().acquire();
    }

    /** Gives what runs in the shadow of a model another share of keys. */
    void share(String model, double share) {
        ServedModel served = models.get(model);
        if (served != null) {
            served.share(share);
        }
    }

    /** Ends what runs in the shadow of a model, if anything does. */
    void endShadow(String model) {
        ServedModel served = models.get(model);
        if (served != null) {
            served.shadow().clear();
        }
    }

    /** Fails with NOT_READY {@code no-model} when the model was unloaded. */
    void requireNotUnloaded(String model) {
        if (isUnloaded(model)) {
            throw new Failure(
                    Failure.Category.NOT_READY, "no-model", "no model: " + ServedModel.UNLOADED);
        }
    }

    /** Whether it was taken out of serving on purpose. */
    boolean isUnloaded(String model) {
        ServedModel served = models.get(model);
        return served != null && served.isUnloaded();
    }

    /** Whether that version of the model answers, or is not to. */
    boolean serves(String model, int version) {
        ServedModel served = models.get(model);
        return served != null && (served.isUnloaded() || served.serves(version));
    }

    List<ServingStatus> status() {
        return models.values().stream().map(ServedModel::status).toList();
    }

    /**
     * Changes a model when it is its turn. Blocking.
     *
     * @throws Failure NOT_FOUND {@code no-such-model}, CONFLICT {@code swaps-waiting}
     */
    <T> T inTurn(String model, Function<ServedModel, T> work) {
        ServedModel served = models.get(model);
        if (served == null) {
            RegisteredModel found = registered.model(model);
            served = models.computeIfAbsent(found.name(), this::unserved);
        }
        ServedModel mine = served;
        return mine.inTurn(() -> work.apply(mine));
    }

    /** Nobody answers any more. */
    void clear() {
        models.values()
                .forEach(served -> {
                    served.slot().clear();
                    served.shadow().clear();
                });
    }

    private ServedModel unserved(String model) {
        ServedModel served = new ServedModel(model, closer);
        metrics.champion(model, served);
        return served;
    }
}
