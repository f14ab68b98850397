package io.auspex.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.ingest.IngestedFeeds.Ingested;
import io.auspex.market.CandlesRepaired;
import io.auspex.market.CloseFollowed;
import io.auspex.market.FeedFollowed;
import io.auspex.market.MarketClose;
import io.auspex.platform.Await;
import io.auspex.platform.DatabaseNews;
import io.auspex.platform.Json;
import io.auspex.platform.Role;
import io.auspex.platform.Roles;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows, in a process that does not ingest, what the one that does has stored: hears of new
 * candles by {@code NOTIFY}, reads the closes after the last one it had, and tells of them in
 * order. It looks every {@code auspex.candles.follow-every} besides, for what it did not hear of. A
 * process without the role {@code ingest} follows whichever feed is ingested; one that waits to
 * take over, its own.
 */
@ApplicationScoped
class StoreFollower {

    /** NOTIFY of every statement that has added candles. */
    static final String CHANNEL = "auspex_candles";

    /** More closes than that are not told one by one: following begins anew. */
    private static final int MAX_BEHIND = 500;

    private static final Logger LOG = Logger.getLogger(StoreFollower.class);

    private final IngestedFeeds feeds;
    private final FeedLeader leader;
    private final CandleStore store;
    private final IngestStatus status;
    private final IngestConfig config;
    private final DatabaseNews news;
    private final Roles roles;
    private final Event<FeedFollowed> begun;
    private final Event<CloseFollowed> closes;
    private final Event<CandlesRepaired> repaired;
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean stopping;
    private volatile @Nullable Ingested followed;
    private volatile long lastMillis;

    @Inject
    StoreFollower(
            IngestedFeeds feeds,
            FeedLeader leader,
            CandleStore store,
            IngestStatus status,
            IngestConfig config,
            DatabaseNews news,
            Roles roles,
            Event<FeedFollowed> begun,
            Event<CloseFollowed> closes,
            Event<CandlesRepaired> repaired) {
        this.feeds = feeds;
        this.leader = leader;
        this.store = store;
        this.status = status;
        this.config = config;
        this.news = news;
        this.roles = roles;
        this.begun = begun;
        this.closes = closes;
        this.repaired = repaired;
    }

    void start(@Observes @Priority(FeedRunner.START_PRIORITY + 1) StartupEvent started) {
        news.listen(CHANNEL, this::heard);
        var _ = Thread.ofVirtual().name("store-follower").start(this::run);
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
        wake.release();
    }

    /** On an event loop. */
    private void heard(String payload) {
        Ingested present = followed;
        if (present == null) {
            return;
        }
        try {
            JsonNode stored = Json.mapper().readTree(payload);
            if (!stored.path("feed").asText().equals(present.feed())
                    || !stored.path("timeframe").asText().equals(present.timeframe().code())) {
                return;
            }
            long firstClose = stored.path("first").asLong() + present.timeframe().millis();
            if (firstClose <= lastMillis) {
                repaired.fire(new CandlesRepaired(present.feed(), present.timeframe(), firstClose));
            }
            wake.release();
        } catch (JsonProcessingException foreign) {
            LOG.warnf("not news of candles: %s", payload);
        }
    }

    private void run() {
        long everyMillis = config.candles().followEvery().toMillis();
        while (!stopping) {
            try {
                step();
                if (wake.tryAcquire(everyMillis, TimeUnit.MILLISECONDS)) {
                    int _ = wake.drainPermits();
                }
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException failure) {
                pause(everyMillis, failure);
            }
        }
    }

    /** The edge of the thread: the store may be away, and comes back. */
    private void pause(long millis, RuntimeException failure) {
        LOG.debugf("candles are not followed now: %s", failure.getMessage());
        followed = null;
        try {
            var _ = wake.tryAcquire(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            stopping = true;
        }
    }

    private void step() {
        String own = leader.feed().orElse(null);
        if (own != null && (leader.leads() || leader.holder().isEmpty())) {
            followed = null;
            leader.tellOthers();
            if (leader.leads()) {
                status.hasFoundItsPlace();
            }
            return;
        }
        Ingested found = Await.item(() -> feeds.find(own)).orElse(null);
        if (found != null) {
            follow(found);
        }
        status.hasFoundItsPlace();
    }

    private void follow(Ingested found) {
        OptionalLong last = store.lastClose(found.feed(), found.timeframe());
        if (last.isEmpty()) {
            return;
        }
        Ingested present = followed;
        if (present == null || !present.isSameAs(found) || isFarBehind(found, last.getAsLong())) {
            begin(found, last.getAsLong());
        } else if (last.getAsLong() > lastMillis) {
            store.forEachClose(
                    found.feed(), found.timeframe(), lastMillis, last.getAsLong(), this::tell);
        }
    }

    private boolean isFarBehind(Ingested feed, long last) {
        return last - lastMillis > MAX_BEHIND * feed.timeframe().millis();
    }

    private void begin(Ingested feed, long last) {
        LOG.infof("%s is ingested by another process and followed here", feed.feed());
        status.follows(
                roles.has(Role.INGEST) ? State.STANDBY : State.FOLLOWING,
                feed,
                store.extent(feed.feed(), feed.timeframe()));
        begun.fire(new FeedFollowed(feed.feed(), feed.timeframe(), feed.symbols(), last));
        lastMillis = last;
        followed = feed;
    }

    private void tell(MarketClose close) {
        if (roles.has(Role.SERVE) || roles.has(Role.INGEST)) {
            closes.fire(new CloseFollowed(close));
        }
        lastMillis = close.closeTimeMillis();
        status.storedElsewhere(close);
    }
}
