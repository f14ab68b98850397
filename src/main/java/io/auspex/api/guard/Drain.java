package io.auspex.api.guard;

import io.auspex.security.Arrivals;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Leads the connections of HTTP away before the end. A load balancer that sends no new ones has not
 * ended those that are there: their clients go on with requests. From the SIGTERM on readiness is
 * down, by Quarkus, every answer of HTTP/1 says that its connection ends ({@code Connection:
 * close}) and every connection of HTTP/2 is told to bring nothing more ({@code GOAWAY}), which
 * Quarkus says only when the listener closes; and the process waits, answering, until the last
 * client has left or {@code auspex.shutdown.drain} has passed. Without a connection nothing is
 * waited for.
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
    private volatile boolean isDraining;

    Drain(ShutdownConfig config) {
        this.config = config;
    }

    void begin(@Observes @Priority(FIRST) ShutdownDelayInitiatedEvent stopping) {
        begunNanos = System.nanoTime();
        isDraining = true;
        Arrivals.leadAway();
    }

    /** On its event loop, before the request is handled. */
    void lead(HttpServerRequest request) {
        if (!isDraining) {
            return;
        }
        if (request.version() == HttpVersion.HTTP_2) {
            Arrivals.leadAway(request);
        } else {
            request.response().putHeader(HttpHeaders.CONNECTION, "close");
        }
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
