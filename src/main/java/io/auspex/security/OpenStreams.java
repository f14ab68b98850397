package io.auspex.security;

import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one HTTP/2 connection whose bodies are on their way, and since when. Whoever is
 * slow loses the stream, not the connection: others may be using it. On the event loop of the
 * connection.
 */
final class OpenStreams {

    /** The code of HTTP/2 (RFC 9113, section 7) for a peer that behaves badly. */
    private static final long ENHANCE_YOUR_CALM = 0xb;

    /** Requests before those that have ended are forgotten. */
    private static final int SWEEP = 256;

    private final ArrivalLimits limits;
    private final List<Open> open = new ArrayList<>();
    private int sweepAt = SWEEP;

    private record Open(HttpServerRequest request, long sinceNanos) {}

    OpenStreams(ArrivalLimits limits) {
        this.limits = limits;
    }

    /** The head of a request has arrived. */
    void headArrived(HttpServerRequest request, long now) {
        open.add(new Open(request, now));
        if (open.size() >= sweepAt) {
            forgetEnded();
            // HTTP/2 bounds how many are open at once, so what is swept pays for the sweep.
            sweepAt = 2 * open.size() + SWEEP;
        }
    }

    /** Ends streams whose bodies come too slowly. */
    void look(long now) {
        forgetEnded();
        open.removeIf(stream -> {
            boolean isSlow = isSlowerThanAllowed(stream, now);
            if (isSlow) {
                Arrivals.count("body");
                stream.request().response().reset(ENHANCE_YOUR_CALM);
            }
            return isSlow;
        });
    }

    void forget() {
        open.clear();
    }

    private void forgetEnded() {
        open.removeIf(stream -> stream.request().isEnded() || stream.request().response().closed());
    }

    private boolean isSlowerThanAllowed(Open stream, long now) {
        return limits.isSlowerThanAllowed(now - stream.sinceNanos(), stream.request().bytesRead());
    }
}
