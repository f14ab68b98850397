package io.auspex.triggers;

import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitService;
import io.auspex.retraining.RefitState;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The trainer of all models: its switch, its status, and a refit of everything on request. */
@ApplicationScoped
public class TrainerService {

    private static final Logger LOG = Logger.getLogger(TrainerService.class);
    private static final String REQUESTED = "force-update over REST";

    private final TrainerStore store;
    private final RefitTriggers triggers;
    private final RetrainingService retraining;
    private final RefitService refits;
    private final DataUpdates updates;
    private final FeedClock clock;

    @Inject
    TrainerService(
            TrainerStore store,
            RefitTriggers triggers,
            RetrainingService retraining,
            RefitService refits,
            DataUpdates updates,
            FeedClock clock) {
        this.store = store;
        this.triggers = triggers;
        this.retraining = retraining;
        this.refits = refits;
        this.updates = updates;
        this.clock = clock;
    }

    /**
     * A refresh and the refits after it.
     *
     * @param refreshed whether the feed fetched anything
     * @param candles that were new
     * @param message what the refresh came to
     */
    public record ForcedUpdate(
            boolean refreshed, long candles, String message, List<Forced> refits) {

        public ForcedUpdate {
            refits = List.copyOf(refits);
        }
    }

    /**
     * One model of it.
     *
     * @param refit null when there is none
     * @param problem why there is none; null when there is one
     */
    public record Forced(String model, @Nullable Long refit, @Nullable String problem) {}

    /** Everything at a glance. */
    public Uni<TrainerStatus> status() {
        return store.isRunning()
                .chain(running ->
                        refits.refits(null, RefitService.MAX_LIMIT)
                                .chain(newest ->
                                        data().chain(data ->
                                                store.runs()
                                                        .map(runs ->
                                                                status(
                                                                        running, newest, data,
                                                                        runs)))));
    }

    /** Starts or stops refits and refreshes by themselves, in every process, lastingly. */
    public Uni<TrainerStatus> run(boolean running) {
        return store.run(running).invoke(triggers::changed).chain(this::status);
    }

    /**
     * The same in the caller's transaction; after its commit {@link
     * RetrainingService#settingsChanged} tells of it.
     */
    public Uni<Void> switchIn(SqlConnection connection, boolean running) {
        return TrainerStore.run(connection, running);
    }

    /**
     * Refreshes the data of the running feed, then asks for refits. Blocking: call it from a
     * virtual thread.
     *
     * @param model null for every model of the running feed
     * @throws Failure NOT_FOUND {@code no-such-model}; CONFLICT {@code refit-running}, {@code
     *     model-frozen} for one model; UPSTREAM {@code refresh-failed}
     */
    public ForcedUpdate forceUpdate(@Nullable String model) {
        if (model != null) {
            Await.item(() -> retraining.status(model, 1));
        }
        DataUpdates.Result result = refresh();
        List<Forced> forced = new ArrayList<>();
        if (model != null) {
            Refit refit = Await.item(() -> retraining.train(model, REQUESTED));
            forced.add(new Forced(model, refit.id(), null));
        } else {
            triggers.names().forEach(name -> forced.add(forced(name)));
        }
        return new ForcedUpdate(result.done(), result.candles(), result.message(), forced);
    }

    private DataUpdates.Result refresh() {
        try {
            return updates.refresh();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.Category.NOT_READY, "stopping", "the service stops");
        } catch (Exception failure) {
            LOG.warn("the feed could not be refreshed", failure);
            throw new Failure(
                    Failure.Category.UPSTREAM,
                    "refresh-failed",
                    "the feed could not be refreshed: " + failure.getMessage(),
                    failure);
        }
    }

    private Forced forced(String model) {
        try {
            return new Forced(
                    model, Await.item(() -> retraining.train(model, REQUESTED)).id(), null);
        } catch (Failure refused) {
            return new Forced(model, null, refused.getMessage());
        }
    }

    private Uni<TrainerStatus.DataUpdate> data() {
        String feed = clock.feed().map(loaded -> loaded.feed()).orElse(null);
        if (feed == null) {
            return Uni.createFrom()
                    .item(
                            new TrainerStatus.DataUpdate(
                                    null, false, null, null, "no feed runs here"));
        }
        if (!updates.isAble()) {
            return Uni.createFrom()
                    .item(
                            new TrainerStatus.DataUpdate(
                                    feed,
                                    false,
                                    clock.newestClose(),
                                    null,
                                    "its candles come as its market passes; there is nothing to fetch"));
        }
        return store.lastRefresh(feed).map(last -> refreshable(feed, last));
    }

    private TrainerStatus.DataUpdate refreshable(String feed, Optional<TrainerStore.Refresh> last) {
        return new TrainerStatus.DataUpdate(
                feed,
                true,
                last.map(TrainerStore.Refresh::at).orElse(null),
                last.isPresent() ? updates.next(last) : clock.now(),
                last.map(TrainerStore.Refresh::message).orElse("not refreshed yet"));
    }

    private TrainerStatus status(
            boolean running,
            List<Refit> newestFirst,
            TrainerStatus.DataUpdate data,
            List<Runs> runs) {
        List<Refit> open =
                newestFirst.reversed().stream()
                        .filter(refit ->
                                refit.state() == RefitState.QUEUED
                                        || refit.state() == RefitState.RUNNING)
                        .toList();
        int busy = (int) open.stream().filter(refit -> refit.state() == RefitState.RUNNING).count();
        return new TrainerStatus(
                running,
                clock.kind(),
                clock.now(),
                data,
                newestFirst.isEmpty() ? null : newestFirst.getFirst(),
                next(),
                open,
                new TrainerStatus.Workers(refits.workers(), busy),
                runs.stream().map(each -> each.next(next(each, data))).toList());
    }

    private @Nullable Instant next(Runs runs, TrainerStatus.DataUpdate data) {
        return switch (runs.kind()) {
            case Runs.DATA_UPDATE -> runs.name().equals(data.feed()) ? data.nextUpdate() : null;
            case Runs.REFIT ->
                    triggers.model(runs.name()).flatMap(it -> it.due(clock.now())).orElse(null);
            default -> throw new IllegalStateException("there are no runs of " + runs.kind());
        };
    }

    private TrainerStatus.@Nullable Training next() {
        Instant now = clock.now();
        return triggers.names().stream()
                .flatMap(name ->
                        triggers
                                .model(name)
                                .flatMap(model -> model.due(now))
                                .map(at -> new TrainerStatus.Training(name, at))
                                .stream())
                .min(Comparator.comparing(TrainerStatus.Training::at))
                .orElse(null);
    }
}
