package io.auspex.triggers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;
import io.auspex.platform.Json;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.Unregistered;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitService;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a model and what follows from them, for whoever operates it. Subscribe on a
 * duplicated Vert.x context, as for {@link ModelRegistry}. Every method fails with NOT_FOUND {@code
 * no-such-model}.
 */
@ApplicationScoped
public class RetrainingService {

    /** Most decisions of one answer. */
    public static final int MAX_DECISIONS = 2 * TriggerStore.KEPT;

    private static final Duration DAY = Duration.ofDays(1);

    private final ModelRegistry registry;
    private final RefitService refits;
    private final TriggerStore store;
    private final TrainerStore trainer;
    private final RefitTriggers triggers;
    private final FeedClock clock;

    @Inject
    RetrainingService(
            ModelRegistry registry,
            RefitService refits,
            TriggerStore store,
            TrainerStore trainer,
            RefitTriggers triggers,
            FeedClock clock) {
        this.registry = registry;
        this.refits = refits;
        this.store = store;
        this.trainer = trainer;
        this.triggers = triggers;
        this.clock = clock;
    }

    /**
     * Why a model is refitted or not.
     *
     * @param limit of decisions, 1 to {@link #MAX_DECISIONS}; more is cut
     */
    public Uni<RetrainingStatus> status(String model, int limit) {
        return rulesOf(model)
                .chain(rules ->
                        trainer.isRunning()
                                .chain(running ->
                                        store.decisions(model, Math.clamp(limit, 1, MAX_DECISIONS))
                                                .map(decisions ->
                                                        status(model, rules, running, decisions))));
    }

    /** The newest decision of each model. */
    public Uni<List<RetrainingDecision>> newest() {
        return store.newest();
    }

    /**
     * Automatic refits go on, with changed rules, and whatever failed before does not count any
     * more.
     *
     * @return fails with INVALID {@code invalid-rules} too
     */
    public Uni<RetrainingStatus> start(String model, RetrainingChange change) {
        return rulesOf(model)
                .map(rules -> valid(() -> change.applyTo(rules)))
                .chain(rules -> replace(model, rules))
                .chain(() -> store.resume(model))
                .invoke(triggers::changed)
                .chain(() -> status(model, 20));
    }

    /** Nothing starts by itself any more. */
    public Uni<RetrainingStatus> stop(String model) {
        return rulesOf(model)
                .chain(rules -> replace(model, rules.switched(false)))
                .invoke(triggers::changed)
                .chain(() -> status(model, 20));
    }

    /**
     * Gives a model rules of its own, all of them.
     *
     * @param json a {@link RefitRules}
     * @return fails with INVALID {@code invalid-rules} too
     */
    public Uni<RetrainingStatus> rules(String model, JsonNode json) {
        return rulesOf(model)
                .map(_ -> read(json))
                .chain(rules -> replace(model, rules))
                .invoke(triggers::changed)
                .chain(() -> status(model, 20));
    }

    /** The rules of a model that has none of its own. */
    public RefitRules configuredRules() {
        return store.defaults();
    }

    /**
     * Gives a model rules of its own, or takes them away, in the caller's transaction; after its
     * commit tell of it by {@link #settingsChanged}.
     *
     * @param rules null: the configured ones from now on
     */
    public Uni<Void> replaceIn(SqlConnection connection, String model, @Nullable RefitRules rules) {
        return TriggerStore.rules(connection, model, rules, clock.now());
    }

    /** Rules, policies or the switch of the trainer have changed: every model is decided anew. */
    public void settingsChanged() {
        triggers.changed();
    }

    /**
     * Asks for a refit, whatever the rules say.
     *
     * @return fails with CONFLICT {@code refit-running}, {@code model-frozen} too
     */
    public Uni<Refit> train(String model, String triggerReason) {
        return rulesOf(model).chain(() -> refits.request(model, triggerReason));
    }

    private Uni<RefitRules> rulesOf(String model) {
        return registry.model(model)
                .invoke(found -> {
                    if (found.isEmpty()) {
                        throw Unregistered.model(model);
                    }
                })
                .chain(() -> store.rules(model));
    }

    private Uni<Void> replace(String model, RefitRules rules) {
        return store.rules(model, rules, clock.now());
    }

    private RetrainingStatus status(
            String model,
            RefitRules rules,
            boolean trainerRuns,
            List<RetrainingDecision> decisions) {
        Instant now = clock.now();
        Optional<ModelTriggers> here = triggers.model(model);
        Optional<RefitHistory> history = here.map(ModelTriggers::history).map(it -> it.upTo(now));
        int failures = history.map(RefitHistory::failures).orElse(0);
        return new RetrainingStatus(
                model,
                rules.enabled()
                        && here.map(it -> !it.frozen()).orElse(false)
                        && trainerRuns
                        && failures < rules.limits().maxConsecutiveFailures(),
                trainerRuns,
                clock.kind(),
                now,
                here.flatMap(ModelTriggers::latest).map(RetrainingStatus.Decision::of).orElse(null),
                here.flatMap(it -> it.due(now)).orElse(null),
                here.map(ModelTriggers::newCandles).orElse(null),
                history.map(it -> within(it, now)).orElse(0),
                failures,
                history.map(RefitHistory::lastFailure).orElse(null),
                history.map(RefitHistory::open).orElse(null),
                rules,
                decisions);
    }

    private static int within(RefitHistory history, Instant now) {
        return (int)
                history.starts().stream()
                        .filter(start -> start.at().isAfter(now.minus(DAY)))
                        .count();
    }

    private static RefitRules read(JsonNode json) {
        try {
            // What is left out must not become a zero.
            return Json.mapper()
                    .readerFor(RefitRules.class)
                    .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .readValue(json);
        } catch (ValueInstantiationException refused) {
            Throwable why = refused.getCause();
            throw invalid(
                    String.valueOf(why == null ? refused.getOriginalMessage() : why.getMessage()));
        } catch (JsonProcessingException unreadable) {
            throw invalid(unreadable.getOriginalMessage());
        } catch (IOException unreadable) {
            throw invalid(String.valueOf(unreadable.getMessage()));
        }
    }

    private static <T> T valid(Supplier<T> rules) {
        try {
            return rules.get();
        } catch (IllegalArgumentException refused) {
            throw invalid(String.valueOf(refused.getMessage()));
        }
    }

    private static Failure invalid(String message) {
        return new Failure(Category.INVALID, "invalid-rules", message);
    }
}
