package io.auspex.retraining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.FeedFollowed;
import io.auspex.platform.Await;
import io.auspex.platform.DatabaseNews;
import io.auspex.platform.DatabaseSessions;
import io.auspex.platform.Json;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * What happens in other processes and matters here: a feed that one of them ingests has candles
 * that refits can be carried out on, and a refit of theirs has moved. It is told here as if it had
 * happened here; of several moves at once, the last.
 */
@ApplicationScoped
class NewsFromElsewhere {

    /** NOTIFY of every refit that was queued or has moved. */
    static final String CHANNEL = "auspex_refits";

    private static final Logger LOG = Logger.getLogger(NewsFromElsewhere.class);
    private static final int START_PRIORITY = 50_000;

    private final RunningFeed feed;
    private final RefitRunner runner;
    private final RefitQueue queue;
    private final RefitNews refits;
    private final DatabaseNews news;
    private final DatabaseSessions sessions;

    /** Refits that are about to be read: what moves meanwhile is read with them. */
    private final Set<Long> reading = ConcurrentHashMap.newKeySet();

    @Inject
    NewsFromElsewhere(
            RunningFeed feed,
            RefitRunner runner,
            RefitQueue queue,
            RefitNews refits,
            DatabaseNews news,
            DatabaseSessions sessions) {
        this.feed = feed;
        this.runner = runner;
        this.queue = queue;
        this.refits = refits;
        this.news = news;
        this.sessions = sessions;
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent started) {
        news.listen(CHANNEL, this::heard);
    }

    void followed(@Observes FeedFollowed followed) {
        feed.is(
                new HistoryLoaded(
                        followed.feed(),
                        followed.timeframe(),
                        followed.symbols(),
                        followed.lastCloseTimeMillis()));
        runner.begin();
    }

    /** On an event loop. */
    private void heard(String payload) {
        try {
            JsonNode moved = Json.mapper().readTree(payload);
            long id = moved.path("id").asLong();
            if (!moved.path("process").asText().equals(sessions.process()) && reading.add(id)) {
                var _ = Thread.ofVirtual().name("refit-news").start(() -> tell(id));
            }
        } catch (JsonProcessingException foreign) {
            LOG.warnf("not news of a refit: %s", payload);
        }
    }

    /** The edge of the thread. */
    private void tell(long id) {
        reading.remove(id);
        try {
            Await.item(() -> queue.refit(id)).ifPresent(refits::tell);
        } catch (RuntimeException away) {
            LOG.debugf("refit %d cannot be looked at: %s", id, away.getMessage());
        }
    }
}
