package io.auspex.retraining;

import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks for refits and tells how they stand. Subscribe on a duplicated Vert.x context, as for {@link
 * io.auspex.registry.ModelRegistry}. Every change is told as {@link RefitProgressed} too, on
 * whichever thread it happened: observers must not block.
 */
@ApplicationScoped
public class RefitService {

    /** Most refits of one answer. */
    public static final int MAX_LIMIT = 1_000;

    private final ModelRegistry registry;
    private final RefitQueue queue;
    private final RefitNews news;
    private final RefitRunner runner;
    private final RetrainingConfig config;

    @Inject
    RefitService(
            ModelRegistry registry,
            RefitQueue queue,
            RefitNews news,
            RefitRunner runner,
            RetrainingConfig config) {
        this.registry = registry;
        this.queue = queue;
        this.news = news;
        this.runner = runner;
        this.config = config;
    }

    /**
     * Puts a refit of a model into the queue.
     *
     * @param triggerReason why, for people
     * @return fails with NOT_FOUND {@code no-such-model}; CONFLICT {@code refit-running} when the
     *     model has one that is not finished, {@code model-frozen} when it is not to be trained
     */
    public Uni<Refit> request(String model, String triggerReason) {
        return registry.model(model)
                .invoke(found -> found.ifPresent(RefitService::requireUnfrozen))
                .chain(() -> enqueue(model, triggerReason));
    }

    /** Why a frozen model is not trained. */
    static String frozen(String model) {
        return "%s is frozen (refit.enabled=false): it serves as it is; PUT /api/models/%s/refit {\"enabled\": true} has it trained again"
                .formatted(model, model);
    }

    private static void requireUnfrozen(RegisteredModel model) {
        if (!model.policy().refitEnabled()) {
            throw new Failure(Failure.Category.CONFLICT, "model-frozen", frozen(model.name()));
        }
    }

    private Uni<Refit> enqueue(String model, String triggerReason) {
        return queue.enqueue(model, triggerReason, config.refit().maxAttempts())
                .invoke(news::tell)
                .invoke(runner::wake);
    }

    /**
     * As {@link #request}, but only while the newest refit of the model is the one that the caller
     * decided upon: of several processes that decide for the same reason one gets its refit.
     *
     * @param newest number of that refit; null when the model had none
     * @param dataFrom when the market changed: what was before is not to be learnt from; null when
     *     it is not known to have changed
     * @param within what else belongs to the same transaction; it gets the new refit
     * @return fails with CONFLICT {@code refit-superseded} too, when there is a newer refit
     */
    public Uni<Refit> requestAfter(
            String model,
            String triggerReason,
            @Nullable Long newest,
            @Nullable Instant dataFrom,
            Function<Refit, Uni<?>> within) {
        return queue.enqueueAfter(
                        model,
                        triggerReason,
                        config.refit().maxAttempts(),
                        newest,
                        dataFrom,
                        within)
                .invoke(news::tell)
                .invoke(runner::wake);
    }

    /**
     * Newest first.
     *
     * @param model null for all models
     * @param limit 1 to {@value #MAX_LIMIT}; more is cut
     */
    public Uni<List<Refit>> refits(@Nullable String model, int limit) {
        return queue.refits(model, Math.clamp(limit, 1, MAX_LIMIT));
    }

    /** Refits that this process carries out at the same time. */
    public int workers() {
        return config.refit().workers();
    }

    public Uni<Optional<Refit>> refit(long id) {
        return queue.refit(id);
    }

    /**
     * Ends a refit that is not finished; its worker is killed.
     *
     * @return fails with NOT_FOUND {@code no-such-refit}, CONFLICT {@code refit-finished}
     */
    public Uni<Refit> cancel(long id) {
        return queue.cancel(id, "cancelled on request")
                .invoke(refit -> runner.halt(refit.id()))
                .invoke(news::tell);
    }
}
