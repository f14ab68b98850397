package io.auspex.triggers;

import io.auspex.ingest.CloseHandled;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.FeedFollowed;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The time by which refits are scheduled and limited.
 *
 * <p>For a simulated or replayed market it is market time, the close time of the newest close: a
 * week at 300 times real time passes in half an hour, and a refit that is due every week happens in
 * it once. For every other feed, and without one, it is the clock on the wall. Thread-safe.
 */
@ApplicationScoped
class FeedClock {

    /** Before the observers that begin refits. */
    static final int FIRST = 1_000;

    private final InstantSource wall;
    private volatile @Nullable HistoryLoaded feed;
    private volatile long newestCloseMillis;

    @Inject
    FeedClock(InstantSource wall) {
        this.wall = wall;
    }

    void loaded(@Observes @Priority(FIRST) HistoryLoaded loaded) {
        newestCloseMillis = loaded.lastCloseTimeMillis();
        feed = loaded;
    }

    void closed(@Observes @Priority(FIRST) CloseHandled handled) {
        newestCloseMillis = handled.close().closeTimeMillis();
    }

    /** It runs elsewhere by now; whoever runs it decides. */
    void followed(@Observes FeedFollowed elsewhere) {
        feed = null;
    }

    /** The feed that runs here; empty before its history is there. */
    Optional<HistoryLoaded> feed() {
        return Optional.ofNullable(feed);
    }

    /** Close time of the newest close of the running feed. */
    Instant newestClose() {
        return Instant.ofEpochMilli(newestCloseMillis);
    }

    Instant now() {
        HistoryLoaded running = feed;
        return running != null && isMarketTime(running.feed())
                ? Instant.ofEpochMilli(newestCloseMillis)
                : wall.instant();
    }

    /** Whether a feed makes its own time. */
    static boolean isMarketTime(String feed) {
        return feed.startsWith("simulated") || feed.startsWith("replay:");
    }

    /** What it is, for people. */
    String kind() {
        HistoryLoaded running = feed;
        return running != null && isMarketTime(running.feed()) ? "market" : "wall";
    }
}
