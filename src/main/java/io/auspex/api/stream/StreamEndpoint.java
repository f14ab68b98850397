package io.auspex.api.stream;

import com.fasterxml.jackson.databind.node.NullNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;

/** The WebSocket of live signals. Everything here runs on the connection's event loop. */
@WebSocket(path = "/api/stream")
class StreamEndpoint {

    private static final Logger LOG = Logger.getLogger(StreamEndpoint.class);
    private static final int TRY_AGAIN_LATER = 1013;

    /** How long a connection that is being closed may take to read the rest. */
    private static final long CLOSE_GRACE_MILLIS = 5_000;

    private final ConcurrentMap<String, Subscriber> subscribers = new ConcurrentHashMap<>();
    private final StreamTopics topics;
    private final StreamConfig config;
    private final Counter slowConsumers;

    StreamEndpoint(StreamTopics topics, StreamConfig config, MeterRegistry meters) {
        this.topics = topics;
        this.config = config;
        meters.gaugeMapSize("auspex.stream.connections", List.of(), subscribers);
        this.slowConsumers =
                Counter.builder("auspex.stream.slow.consumers")
                        .description("Connections closed because they could not keep up")
                        .register(meters);
    }

    @OnOpen
    @NonBlocking
    void open(WebSocketConnection connection) {
        Context eventLoop =
                Objects.requireNonNull(Vertx.currentContext(), "callbacks have a context");
        Wire wire = new Wire(connection, eventLoop, slowConsumers);
        if (subscribers.size() >= config.maxConnections()) {
            wire.close(TRY_AGAIN_LATER, "too many connections");
            return;
        }
        Outbox outbox =
                new Outbox(
                        wire,
                        task -> eventLoop.runOnContext(_ -> task.run()),
                        config.maxWaitingMessages(),
                        config.maxWaitingChars());
        subscribers.put(connection.id(), new Subscriber(topics, outbox, config));
    }

    @OnTextMessage
    @NonBlocking
    void text(String text, WebSocketConnection connection) {
        Subscriber subscriber = subscribers.get(connection.id());
        if (subscriber != null) {
            subscriber.receive(text);
        }
    }

    @OnBinaryMessage
    @NonBlocking
    void binary(Buffer ignored, WebSocketConnection connection) {
        Subscriber subscriber = subscribers.get(connection.id());
        if (subscriber != null) {
            subscriber.refuse(
                    new StreamRequest.Malformed(
                            NullNode.instance, "messages are text, not binary"));
        }
    }

    @OnClose
    @NonBlocking
    void close(WebSocketConnection connection) {
        Subscriber subscriber = subscribers.remove(connection.id());
        if (subscriber != null) {
            subscriber.leave();
        }
    }

    @OnError
    @NonBlocking
    void error(Throwable failure, WebSocketConnection connection) {
        LOG.debugf(failure, "connection %s failed", connection.id());
    }

    /** A connection of websockets-next. */
    private record Wire(WebSocketConnection connection, Context eventLoop, Counter slowConsumers)
            implements Outbox.Wire {

        @Override
        public CompletionStage<Void> send(String text) {
            return connection.sendText(text).subscribeAsCompletionStage();
        }

        /** Politely, and after a while whether the other side has read it or not. */
        @Override
        public void close(int code, String reason) {
            if (code == Outbox.SLOW_CONSUMER) {
                slowConsumers.increment();
            }
            StreamSockets.of(connection).ifPresent(this::cutLater);
            connection
                    .close(new CloseReason(code, reason))
                    .subscribe()
                    .with(
                            _ -> {},
                            failure -> LOG.debugf(failure, "could not close %s", connection.id()));
        }

        private void cutLater(Channel socket) {
            eventLoop
                    .owner()
                    .setTimer(
                            CLOSE_GRACE_MILLIS,
                            _ -> {
                                var _ = socket.close();
                            });
        }
    }
}
