package io.auspex.triggers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Await;
import io.auspex.platform.DatabaseNews;
import io.auspex.platform.DatabaseSessions;
import io.auspex.platform.Json;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Tells here what another process has decided about refits; of several decisions, the last. */
@ApplicationScoped
class DecisionsFromElsewhere {

    /** NOTIFY of every decision that was stored. */
    static final String CHANNEL = "auspex_decisions";

    private static final Logger LOG = Logger.getLogger(DecisionsFromElsewhere.class);
    private static final int START_PRIORITY = 50_000;

    private final TriggerStore store;
    private final DatabaseNews news;
    private final DatabaseSessions sessions;
    private final Event<RetrainingDecision> decisions;

    /** Models whose decision is about to be read: what is decided meanwhile is read with it. */
    private final Set<String> reading = ConcurrentHashMap.newKeySet();

    @Inject
    DecisionsFromElsewhere(
            TriggerStore store,
            DatabaseNews news,
            DatabaseSessions sessions,
            Event<RetrainingDecision> decisions) {
        this.store = store;
        this.news = news;
        this.sessions = sessions;
        this.decisions = decisions;
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent started) {
        news.listen(CHANNEL, this::heard);
    }

    /** On an event loop. */
    private void heard(String payload) {
        try {
            JsonNode made = Json.mapper().readTree(payload);
            String model = made.path("model").asText();
            if (!made.path("process").asText().equals(sessions.process()) && reading.add(model)) {
                var _ = Thread.ofVirtual().name("decision-news").start(() -> tell(model));
            }
        } catch (JsonProcessingException foreign) {
            LOG.warnf("not news of a decision: %s", payload);
        }
    }

    /** The edge of the thread. */
    private void tell(String model) {
        reading.remove(model);
        try {
            Await.item(() -> store.decisions(model, 1)).forEach(decisions::fire);
        } catch (RuntimeException away) {
            LOG.debugf("decisions about %s cannot be read: %s", model, away.getMessage());
        }
    }
}
