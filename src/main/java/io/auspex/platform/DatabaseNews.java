package io.auspex.platform;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.pgclient.pubsub.PgSubscriber;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Hears what other processes tell by {@code NOTIFY}, on one session, which reconnects for ever.
 * What was told while it was down is lost: whoever listens looks by himself as well, now and then.
 */
@ApplicationScoped
public class DatabaseNews {

    /** Before anyone who listens starts. */
    private static final int START_PRIORITY = 10;

    private static final long RECONNECT_MILLIS = 1_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    private static final Logger LOG = Logger.getLogger(DatabaseNews.class);

    private final DatabaseSessions sessions;
    private @Nullable PgSubscriber subscriber;

    @Inject
    DatabaseNews(DatabaseSessions sessions) {
        this.sessions = sessions;
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent started) {
        subscriber()
                .connect()
                .onFailure(failure ->
                        LOG.warnf(
                                "news of other processes are seen by polling only: %s",
                                failure.getMessage()));
    }

    /** Calls back on an event loop, with what was sent: it must not block. */
    public void listen(String channel, Consumer<String> listener) {
        subscriber().channel(channel).handler(listener::accept);
    }

    void stop(@Observes ShutdownEvent ending) {
        try {
            var _ = DatabaseSessions.await(subscriber().close(), CLOSE_TIMEOUT);
        } catch (RuntimeException abandoned) {
            LOG.debugf(abandoned, "the session that listens was not closed in time");
        }
    }

    private synchronized PgSubscriber subscriber() {
        PgSubscriber present = subscriber;
        if (present == null) {
            present = PgSubscriber.subscriber(sessions.vertx(), sessions.options());
            present.reconnectPolicy(_ -> RECONNECT_MILLIS);
            subscriber = present;
        }
        return present;
    }
}
