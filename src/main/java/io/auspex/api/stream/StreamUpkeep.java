package io.auspex.api.stream;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** The heartbeat of all connections, and their orderly end. */
@ApplicationScoped
class StreamUpkeep {

    /** How late the end of a token is noticed. */
    private static final Duration DISMISSAL = Duration.ofSeconds(1);

    private static final Duration CLOSING = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(10);

    private final StreamConnections connections;
    private final StreamConfig config;
    private final Vertx vertx;
    private long heartbeat;
    private long dismissal;

    StreamUpkeep(StreamConnections connections, StreamConfig config, Vertx vertx) {
        this.connections = connections;
        this.config = config;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent started) {
        // Made now and not at the first beat: its metrics are there from the start on.
        connections.dismiss();
        heartbeat = vertx.setPeriodic(config.heartbeat().toMillis(), _ -> connections.beat());
        dismissal = vertx.setPeriodic(DISMISSAL.toMillis(), _ -> connections.dismiss());
    }

    /**
     * While everything still runs, so that the feed's last signals go out: at {@code ShutdownEvent}
     * the server has closed its sockets already.
     */
    void stop(@Observes ShutdownDelayInitiatedEvent stopping) {
        try {
            if (connections.stop()) {
                long deadline = System.nanoTime() + CLOSING.toNanos();
                while (!connections.isEmpty() && System.nanoTime() < deadline) {
                    Thread.sleep(LOOK);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            // Vert.x goes on for a while after the connections have nobody any more.
            vertx.cancelTimer(heartbeat);
            vertx.cancelTimer(dismissal);
        }
    }
}
