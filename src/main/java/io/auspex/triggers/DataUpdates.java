package io.auspex.triggers;

import io.auspex.ingest.DataRefresh;
import io.auspex.ingest.DataRefresh.Refreshed;
import io.auspex.ingest.FeedRunner;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.platform.Await;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lets the running feed fetch what it has missed, every {@code auspex.trainer.refresh-every} of its
 * clock and on request, and sooner after a failure. Several processes on one feed take turns: the
 * moment of the last refresh is in the database.
 */
@ApplicationScoped
class DataUpdates {

    private static final Logger LOG = Logger.getLogger(DataUpdates.class);

    /** Doublings after which the pause is as long as it gets, whatever the settings are. */
    private static final int MAX_DOUBLINGS = 20;

    private final Supplier<Optional<DataRefresh>> source;
    private final FeedClock clock;
    private final TrainerStore store;
    private final BooleanSupplier trainerRuns;
    private final Duration every;
    private final Duration retryAfter;
    private final Counter succeeded;
    private final Counter failed;

    @Inject
    DataUpdates(
            FeedRunner feeds,
            FeedClock clock,
            TrainerStore store,
            RefitTriggers triggers,
            TriggersConfig config,
            MeterRegistry meters) {
        this(
                feeds::refresher,
                clock,
                store,
                triggers::trainerRuns,
                config.trainer().refreshEvery(),
                config.trainer().retryAfter(),
                meters);
    }

    DataUpdates(
            Supplier<Optional<DataRefresh>> source,
            FeedClock clock,
            TrainerStore store,
            BooleanSupplier trainerRuns,
            Duration every,
            Duration retryAfter,
            MeterRegistry meters) {
        this.source = source;
        this.clock = clock;
        this.store = store;
        this.trainerRuns = trainerRuns;
        this.every = every;
        this.retryAfter = retryAfter;
        this.succeeded = counter(meters, "succeeded");
        this.failed = counter(meters, "failed");
    }

    /**
     * What a refresh came to.
     *
     * @param done false when there was nothing that could be fetched, or another process was at it
     */
    record Result(boolean done, long candles, String message) {}

    /** So that its metrics are there before the first refresh. */
    void begin(@Observes StartupEvent started) {
        LOG.debugf("data is refreshed every %s", every);
    }

    @Scheduled(
            every = "${auspex.trainer.check-every}",
            delayed = "${auspex.trainer.check-every}",
            concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        HistoryLoaded feed = clock.feed().orElse(null);
        if (feed == null || !trainerRuns.getAsBoolean() || !isAble()) {
            return;
        }
        try {
            Optional<TrainerStore.Refresh> last = Await.item(() -> store.lastRefresh(feed.feed()));
            if (!next(last).isAfter(clock.now())) {
                LOG.infof("%s: %s", feed.feed(), refresh(feed, last).message());
            }
        } catch (Exception failure) {
            LOG.warnf("%s could not be refreshed: %s", feed.feed(), failure.getMessage());
        }
    }

    /** Now, whatever the schedule says. Blocking. */
    Result refresh() throws Exception {
        HistoryLoaded feed = clock.feed().orElse(null);
        if (feed == null) {
            return new Result(false, 0, "no feed runs here");
        }
        if (!isAble()) {
            return new Result(
                    false,
                    0,
                    feed.feed()
                            + " has nothing to fetch: its candles come as its market passes, and are all stored");
        }
        return refresh(feed, Await.item(() -> store.lastRefresh(feed.feed())));
    }

    boolean isAble() {
        return source.get().isPresent();
    }

    /** When the schedule asks for the next one: sooner after a failure, and ever later then. */
    Instant next(Optional<TrainerStore.Refresh> last) {
        return last.map(it -> it.at().plus(pause(it.failuresInARow()))).orElse(Instant.EPOCH);
    }

    private Duration pause(int failuresInARow) {
        if (failuresInARow == 0) {
            return every;
        }
        Duration pause = retryAfter.multipliedBy(1L << Math.min(failuresInARow - 1, MAX_DOUBLINGS));
        return pause.compareTo(every) < 0 ? pause : every;
    }

    private Result refresh(HistoryLoaded feed, Optional<TrainerStore.Refresh> last)
            throws Exception {
        @Nullable Instant before = last.map(TrainerStore.Refresh::at).orElse(null);
        Instant now = clock.now();
        if (!Await.item(() -> store.claim(feed.feed(), now, before))) {
            return new Result(false, 0, "another process refreshes " + feed.feed());
        }
        Optional<Refreshed> refreshed;
        try {
            Optional<DataRefresh> fetching = source.get();
            refreshed =
                    fetching.isEmpty() ? Optional.empty() : Optional.of(fetching.get().refresh());
        } catch (Exception failure) {
            failed.increment();
            String error = String.valueOf(failure.getMessage());
            Await.item(() -> store.failed(feed.feed(), error, clock.now()));
            throw failure;
        }
        String message = refreshed.map(Refreshed::message).orElse("the feed has ended");
        succeeded.increment();
        Await.item(() -> store.succeeded(feed.feed(), message));
        return new Result(
                refreshed.isPresent(), refreshed.map(Refreshed::candles).orElse(0L), message);
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("auspex.data.updates")
                .tag("outcome", outcome)
                .description("Refreshes of the feed's data that ended, in this process")
                .register(meters);
    }
}
