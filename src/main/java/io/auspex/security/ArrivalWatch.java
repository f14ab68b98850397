package io.auspex.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches one connection of HTTP for clients that are slow on purpose (Slowloris, slow bodies, slow
 * readers). It sees bytes before HTTP does and looks now and then at what came of them: a timeout
 * of inactivity would be put off by every single byte, a deadline is not. What begins between two
 * looks counts from the second, so that no request pays for a clock. On the event loop of the
 * connection.
 */
final class ArrivalWatch extends ChannelInboundHandlerAdapter {

    static final AttributeKey<ArrivalWatch> KEY = AttributeKey.valueOf("auspex.arrival");

    private static final byte[] TOO_SLOW =
            "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final long NOT_ENDED = -1;

    /** HTTP/2: nothing is wrong (RFC 9113, section 7). */
    private static final long NO_ERROR = 0;

    private final ArrivalLimits limits;
    private final OpenStreams streams;
    private State state = State.IDLE;
    private boolean hasJustBegun;
    private long sinceNanos;
    private long bytes;
    private long bytesAtEnd = NOT_ENDED;
    private @Nullable HttpServerRequest request;
    private @Nullable ScheduledFuture<?> looks;
    private long pendingBytes;
    private long pendingSinceNanos;
    private volatile @Nullable Channel channel;
    private @Nullable HttpConnection streamed;
    private boolean isLedAway;

    /** What the connection is at. */
    private enum State {
        /** Nothing is on its way. */
        IDLE,
        /** Bytes of a head are. */
        HEAD,
        /** A head has arrived; its body may be on its way, or its answer. */
        REQUEST,
        /** HTTP/2: a body, or an answer, may be too slow; or there is no stream at all. */
        STREAMS,
        /** A WebSocket: not HTTP any more. */
        UPGRADED
    }

    ArrivalWatch(ArrivalLimits limits) {
        this.limits = limits;
        this.streams = new OpenStreams(limits);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        context.channel().attr(KEY).set(this);
        channel = context.channel();
        Arrivals.opened(this);
        sinceNanos = System.nanoTime();
        pendingSinceNanos = sinceNanos;
        long pause = limits.look().toNanos();
        looks =
                context.executor()
                        .scheduleWithFixedDelay(
                                () -> look(context), pause, pause, TimeUnit.NANOSECONDS);
        super.channelActive(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (looks != null) {
            looks.cancel(false);
        }
        request = null;
        streamed = null;
        Arrivals.left(this);
        streams.forget();
        super.channelInactive(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        switch (state) {
            case IDLE -> begin(State.HEAD);
            case REQUEST -> {
                // Of a body, or of the next head: whoever looks can tell.
                if (message instanceof ByteBuf piece) {
                    bytes += piece.readableBytes();
                }
            }
            case HEAD, STREAMS, UPGRADED -> {}
        }
        super.channelRead(context, message);
    }

    private void begin(State begun) {
        state = begun;
        hasJustBegun = true;
        request = null;
    }

    /** HTTP has read the head of a request. */
    void headArrived(HttpServerRequest arrived, boolean isUpgrade) {
        if (isUpgrade) {
            state = State.UPGRADED;
            Arrivals.left(this);
        } else if (arrived.version() == HttpVersion.HTTP_2) {
            state = State.STREAMS;
            streamed = arrived.connection();
            sinceNanos = System.nanoTime();
            streams.headArrived(arrived, sinceNanos);
        } else {
            begin(State.REQUEST);
            request = arrived;
            bytes = 0;
            bytesAtEnd = NOT_ENDED;
        }
    }

    /**
     * Tells a client of HTTP/2 to ask its next questions on another connection; what it has asked
     * is answered, and then the connection ends. Does nothing for HTTP/1, whose answers say so. On
     * any thread.
     */
    void leadAway() {
        Channel known = channel;
        if (known != null) {
            known.eventLoop().execute(() -> lead(known));
        }
    }

    private void lead(Channel known) {
        HttpConnection connection = streamed;
        if (connection == null || isLedAway) {
            return;
        }
        isLedAway = true;
        // Requests that cross with this are taken; when the ping is answered it has been read, and
        // there can be no more (RFC 9113, section 6.8).
        connection.goAway(NO_ERROR, Integer.MAX_VALUE);
        connection
                .ping(Buffer.buffer(new byte[Long.BYTES]))
                .onSuccess(_ -> {
                    connection.goAway(NO_ERROR, -1);
                    known.close();
                });
    }

    private void look(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (state != State.UPGRADED && readsNothing(context.channel(), now)) {
            cut(context, "write");
            return;
        }
        if (hasJustBegun) {
            hasJustBegun = false;
            sinceNanos = now;
        }
        switch (state) {
            case IDLE -> cutAfter(context, now, limits.idle(), "idle");
            case HEAD -> cutAfter(context, now, limits.head(), "head");
            case REQUEST -> lookAtRequest(context, now);
            case STREAMS -> lookAtStreams(context, now);
            case UPGRADED -> {}
        }
    }

    /** A stream is one from the head of its request to the end of its answer. */
    private void lookAtStreams(ChannelHandlerContext context, long now) {
        streams.look(context, now);
        Http2ConnectionHandler http2 = http2(context);
        if (http2 == null || http2.connection().numActiveStreams() > 0) {
            sinceNanos = now;
        } else {
            cutAfter(context, now, limits.idle(), "idle");
        }
    }

    private static @Nullable Http2ConnectionHandler http2(ChannelHandlerContext context) {
        return context.pipeline().get(Http2ConnectionHandler.class);
    }

    private void lookAtRequest(ChannelHandlerContext context, long now) {
        HttpServerRequest current = request;
        if (current == null) {
            return;
        }
        if (!current.isEnded()) {
            // One that brings none has all arrived: it may wait here for its answer.
            if (bringsBody(current) && !current.response().ended() && isSlowerThanAllowed(now)) {
                cut(context, "body");
            }
        } else if (current.response().ended()) {
            lookAtWhatFollows(now);
        }
    }

    /**
     * The last request is over: what comes between two looks is of the head of another. A head of
     * which nothing more comes then costs what an idle connection does, and is cut as one.
     */
    private void lookAtWhatFollows(long now) {
        if (bytesAtEnd == NOT_ENDED) {
            bytesAtEnd = bytes;
            return;
        }
        begin(bytes > bytesAtEnd ? State.HEAD : State.IDLE);
        hasJustBegun = false;
        sinceNanos = now;
    }

    /** HTTP/1: a request without either of these has no body (RFC 9112, section 6.3). */
    private static boolean bringsBody(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    private boolean isSlowerThanAllowed(long now) {
        return limits.isSlowerThanAllowed(now - sinceNanos, bytes);
    }

    private void cutAfter(ChannelHandlerContext context, long now, Duration most, String limit) {
        if (now - sinceNanos > most.toNanos()) {
            cut(context, limit);
        }
    }

    /** Whether something waits to be written, and the client has taken nothing of it for long. */
    private boolean readsNothing(Channel channel, long now) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long pending = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (pending == 0 || pending < pendingBytes) {
            pendingSinceNanos = now;
        }
        pendingBytes = pending;
        return pending > 0 && now - pendingSinceNanos > limits.write().toNanos();
    }

    /** Says why where that can be said: to HTTP/1 that has been given no answer yet. */
    private void cut(ChannelHandlerContext context, String limit) {
        Arrivals.count(limit);
        if (!limit.equals("write") && http2(context) != null) {
            // It says so (GOAWAY): a request that crosses with it is known not to have begun.
            var _ = context.channel().close();
        } else if (state == State.HEAD || limit.equals("body")) {
            state = State.UPGRADED;
            context.writeAndFlush(Unpooled.wrappedBuffer(TOO_SLOW))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            var _ = context.close();
        }
    }
}
