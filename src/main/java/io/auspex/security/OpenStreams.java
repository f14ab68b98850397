package io.auspex.security;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
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
    void look(ChannelHandlerContext context, long now) {
        forgetEnded();
        // Whoever hears of an end may begin or end others.
        List<Open> slow = open.stream().filter(stream -> isSlowerThanAllowed(stream, now)).toList();
        open.removeAll(slow);
        slow.forEach(stream -> end(context, stream.request()));
    }

    /**
     * Whoever reads the body is told as of a reset by the client. Vert.x tells nobody of one by the
     * server: the reader would wait for its own timeout, and then close the connection of all.
     */
    private static void end(ChannelHandlerContext context, HttpServerRequest request) {
        Arrivals.count("body");
        if (request.connection() instanceof Http2FrameListener http2) {
            try {
                http2.onRstStreamRead(context, request.response().streamId(), ENHANCE_YOUR_CALM);
            } catch (Http2Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        request.response().reset(ENHANCE_YOUR_CALM);
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
