package io.auspex.api.guard;

import io.auspex.security.Arrivals;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Leads the connections of HTTP away before the end. A load balancer that sends no new ones has not
 * ended those that are there: their clients go on with requests. From the SIGTERM on readiness is
 * down and every answer says that its connection ends ({@code Connection: close}, GOAWAY), both by
 * Quarkus; and here the process waits, answering, until the last client has left or {@code
 * auspex.shutdown.drain} has passed. Without a connection nothing is waited for.
 */
@ApplicationScoped
class Drain {

    /** Before and after the streams, which are told meanwhile. */
    private static final int FIRST = 1;

    private static final int LAST = 10_000;
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final Logger LOG = Logger.getLogger(Drain.class);

    private final ShutdownConfig config;
    private long begunNanos;

    Drain(ShutdownConfig config) {
        this.config = config;
    }

    void begin(@Observes @Priority(FIRST) ShutdownDelayInitiatedEvent stopping) {
        begunNanos = System.nanoTime();
    }

    void await(@Observes @Priority(LAST) ShutdownDelayInitiatedEvent stopping) {
        try {
            while (Arrivals.open() > 0
                    && System.nanoTime() - begunNanos < config.drain().toNanos()) {
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        LOG.debugf("%d connections are left", Arrivals.open());
    }
}
