package io.auspex.triggers;

import io.auspex.feedback.ClosedTradesSource;
import io.auspex.feedback.LiveFiguresSource;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.CloseHandled;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.ingest.LiveHold;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitHold;
import io.auspex.retraining.RefitProgressed;
import io.auspex.retraining.RefitService;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Decides about every model of the running feed, at each close and every {@code
 * auspex.trainer.check-every}. Deciding itself needs what is in memory only; what follows from it
 * is done by one virtual thread, one thing after the other. At {@code --speed=max} live closes wait
 * from the decision to start until the refit has been decided.
 */
@ApplicationScoped
class RefitTriggers {

    /** After the observers that declare models, which have the default of 2,500. */
    private static final int AFTER_STARTUP = 10_000;

    private static final Logger LOG = Logger.getLogger(RefitTriggers.class);

    private final FeedClock clock;
    private final TriggerStore store;
    private final TrainerStore trainer;
    private final ModelRegistry registry;
    private final CandleStore candles;
    private final RefitService refits;
    private final RefitHold refitHold;
    private final LiveHold hold;
    private final Instance<LiveFiguresSource> figures;
    private final Instance<ClosedTradesSource> trades;
    private final Event<RetrainingDecision> news;
    private final Map<String, ModelTriggers> models = new ConcurrentHashMap<>();
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("triggers").factory());
    private volatile boolean trainerRuns = true;

    @Inject
    RefitTriggers(
            FeedClock clock,
            TriggerStore store,
            TrainerStore trainer,
            ModelRegistry registry,
            CandleStore candles,
            RefitService refits,
            RefitHold refitHold,
            LiveHold hold,
            Instance<LiveFiguresSource> figures,
            Instance<ClosedTradesSource> trades,
            Event<RetrainingDecision> news) {
        this.clock = clock;
        this.store = store;
        this.trainer = trainer;
        this.registry = registry;
        this.candles = candles;
        this.refits = refits;
        this.refitHold = refitHold;
        this.hold = hold;
        this.figures = figures;
        this.trades = trades;
        this.news = news;
    }

    /** On the feed's thread, which waits for this: the first live close is decided upon. */
    void loaded(@Observes @Priority(AFTER_STARTUP) HistoryLoaded loaded) {
        models.clear();
        try {
            reload();
        } catch (RuntimeException unreachable) {
            LOG.warnf("what starts refits could not be loaded: %s", unreachable.getMessage());
        }
    }

    void closed(@Observes CloseHandled handled) {
        for (ModelTriggers model : models.values()) {
            model.closed(handled.close());
            decide(model);
        }
    }

    /** A defect in what is told of one model must not end the feed. */
    private void decide(ModelTriggers model) {
        try {
            decideOrFail(model);
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "nothing could be decided about %s", model.model());
        }
    }

    /** On any thread, which must not be blocked. */
    void progressed(@Observes RefitProgressed told) {
        Refit refit = told.refit();
        Instant now = clock.now();
        ModelTriggers model = models.get(refit.model());
        if (model == null) {
            return;
        }
        boolean isNew = !model.history().knows(refit.id());
        model.progressed(refit, now);
        if (isNew) {
            later(() -> requested(refit.model(), refit.id(), now));
        }
    }

    /** For feeds whose next close is far away, and for what other processes did. */
    @Scheduled(
            every = "${auspex.trainer.check-every}",
            delayed = "${auspex.trainer.check-every}",
            concurrentExecution = ConcurrentExecution.SKIP)
    void look() {
        if (clock.feed().isPresent()) {
            later(this::reload);
            later(() -> models.values().forEach(this::decide));
        }
    }

    void stop(@Observes ShutdownEvent stopped) {
        thread.shutdownNow();
    }

    /** What this process remembers of a model; empty when no feed of its market runs here. */
    Optional<ModelTriggers> model(String name) {
        return Optional.ofNullable(models.get(name));
    }

    /** The models of the running feed, by name. */
    List<String> names() {
        return models.keySet().stream().sorted().toList();
    }

    /** The rules or the switch have changed: what is in memory follows, and is decided anew. */
    void changed() {
        later(this::reload);
        later(() -> models.values().forEach(this::decide));
    }

    /** Waits until everything that was decided up to now has been done. */
    void drain() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        later(done::countDown);
        done.await();
    }

    boolean trainerRuns() {
        return trainerRuns;
    }

    /** Blocking. */
    private void reload() {
        HistoryLoaded feed = clock.feed().orElse(null);
        if (feed == null) {
            return;
        }
        trainerRuns = Await.item(trainer::isRunning);
        List<RegisteredModel> mine =
                Await.item(registry::models).stream()
                        .filter(model -> model.spec().market().timeframe() == feed.timeframe())
                        .filter(model -> model.spec().market().coversFeed(feed.feed()))
                        .toList();
        mine.forEach(model -> reload(model, feed));
    }

    private void reload(RegisteredModel registered, HistoryLoaded feed) {
        String name = registered.name();
        Instant now = clock.now();
        ModelTriggers.Stored stored = Await.item(() -> store.load(name, now));
        Long unnoted = stored.unnoted();
        if (unnoted != null) {
            requested(name, unnoted, now);
        }
        ModelTriggers model = models.get(name);
        if (model == null) {
            model = new ModelTriggers(name, registered.spec().market(), stored);
            models.put(name, model);
        } else {
            model.reload(stored);
        }
        if (model.isUncounted()) {
            Instant since = model.history().upTo(clock.now()).anchor();
            model.counted(
                    Await.item(() ->
                            candles.countAfter(
                                    feed.feed(),
                                    feed.timeframe(),
                                    since.toEpochMilli(),
                                    registered.spec().market().symbols())));
        }
    }

    /** Never blocks. */
    private void decideOrFail(ModelTriggers model) {
        Instant now = clock.now();
        RefitDecision decision = model.decide(around(model, now)).orElse(null);
        switch (decision) {
            case null -> {
                // A start is under way.
            }
            case RefitDecision.Start start -> {
                if (refitHold.isHolding()) {
                    hold.hold(holder(model));
                }
                later(() -> start(model, start, now));
            }
            case RefitDecision.Wait wait -> {
                if (model.isNews(wait)) {
                    later(() ->
                            Await.item(() -> store.waits(model.model(), now, wait))
                                    .ifPresent(this::tell));
                }
            }
        }
    }

    private ModelTriggers.Surroundings around(ModelTriggers model, Instant now) {
        return new ModelTriggers.Surroundings(
                now,
                trainerRuns,
                figures.isResolvable() ? figures.get().figures(model.model()) : Optional.empty(),
                this::closedTrades);
    }

    private @Nullable Long closedTrades(Instant since) {
        return trades.isResolvable() ? (Long) trades.get().storedSince(since) : null;
    }

    private void start(ModelTriggers model, RefitDecision.Start start, Instant now) {
        Long newest = model.history().last().map(RefitHistory.Start::refit).orElse(null);
        try {
            Refit refit =
                    Await.item(() ->
                            refits.requestAfter(
                                    model.model(),
                                    start.reason(),
                                    newest,
                                    start.dataFrom(),
                                    queued -> store.started(queued, now, start)));
            model.started(refit.id(), now, refit.createdAt());
            refitHold.until(refit.id());
            LOG.infof(
                    "%s: %s",
                    model.model(), RetrainingDecision.started(refit.id(), start.reason()));
            Await.item(() -> store.prune(model.model(), RetrainingDecision.START));
            Await.item(() -> store.decisions(model.model(), 1)).forEach(this::tell);
        } catch (Failure faster) {
            model.notStarted();
            LOG.debugf("%s: %s", model.model(), faster.getMessage());
            reload();
        } catch (RuntimeException unreachable) {
            model.notStarted();
            LOG.warnf(
                    "a refit of %s could not be requested: %s",
                    model.model(), unreachable.getMessage());
        } finally {
            hold.release(holder(model));
        }
    }

    /** A refit that no rule has started: it counts all the same. */
    private void requested(String model, long refit, Instant now) {
        Await.item(() -> store.requested(model, refit, now)).ifPresent(this::tell);
    }

    private void tell(RetrainingDecision decision) {
        news.fire(decision);
    }

    private void later(Runnable work) {
        try {
            thread.execute(() -> guarded(work));
        } catch (RejectedExecutionException stopped) {
            LOG.debug("stopped");
        }
    }

    /** The edge of the thread: the database may be away, and comes back. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            LOG.warnf("a decision about refits was not stored: %s", failure.getMessage());
        }
    }

    private static String holder(ModelTriggers model) {
        return "decision on " + model.model();
    }
}
