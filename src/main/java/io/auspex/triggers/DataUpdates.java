package io.auspex.triggers;

import io.auspex.ingest.DataRefresh.Refreshed;
import io.auspex.ingest.FeedRunner;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.platform.Await;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lets the running feed fetch what it has missed, every {@code auspex.trainer.refresh-every} of its
 * clock and on request. Several processes on one feed take turns: the moment of the last refresh is
 * in the database.
 */
@ApplicationScoped
class DataUpdates {

    private static final Logger LOG = Logger.getLogger(DataUpdates.class);

    private final FeedRunner feeds;
    private final FeedClock clock;
    private final TrainerStore store;
    private final RefitTriggers triggers;
    private final Duration every;

    @Inject
    DataUpdates(
            FeedRunner feeds,
            FeedClock clock,
            TrainerStore store,
            RefitTriggers triggers,
            TriggersConfig config) {
        this.feeds = feeds;
        this.clock = clock;
        this.store = store;
        this.triggers = triggers;
        this.every = config.trainer().refreshEvery();
    }

    /**
     * What a refresh came to.
     *
     * @param done false when there was nothing that could be fetched, or another process was at it
     */
    record Result(boolean done, long candles, String message) {}

    @Scheduled(
            every = "${auspex.trainer.check-every}",
            delayed = "${auspex.trainer.check-every}",
            concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        HistoryLoaded feed = clock.feed().orElse(null);
        if (feed == null || !triggers.trainerRuns() || !feeds.canRefresh()) {
            return;
        }
        try {
            Optional<TrainerStore.Refresh> last = Await.item(() -> store.lastRefresh(feed.feed()));
            if (next(last).isBefore(clock.now())) {
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
        if (!feeds.canRefresh()) {
            return new Result(
                    false,
                    0,
                    feed.feed()
                            + " has nothing to fetch: its candles come as its market passes, and are all stored");
        }
        return refresh(feed, Await.item(() -> store.lastRefresh(feed.feed())));
    }

    boolean isAble() {
        return feeds.canRefresh();
    }

    Instant next(Optional<TrainerStore.Refresh> last) {
        return last.map(it -> it.at().plus(every)).orElse(Instant.EPOCH);
    }

    private Result refresh(HistoryLoaded feed, Optional<TrainerStore.Refresh> last)
            throws Exception {
        @Nullable Instant before = last.map(TrainerStore.Refresh::at).orElse(null);
        Instant now = clock.now();
        if (!Await.item(() -> store.claim(feed.feed(), now, before))) {
            return new Result(false, 0, "another process refreshes " + feed.feed());
        }
        try {
            Optional<Refreshed> refreshed = feeds.refresh();
            String message = refreshed.map(Refreshed::message).orElse("the feed has ended");
            Await.item(() -> store.say(feed.feed(), message));
            return new Result(
                    refreshed.isPresent(), refreshed.map(Refreshed::candles).orElse(0L), message);
        } catch (Exception failure) {
            Await.item(() -> store.say(feed.feed(), "failed: " + failure.getMessage()));
            throw failure;
        }
    }
}
