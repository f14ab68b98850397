package io.auspex.api.stream;

import com.fasterxml.jackson.databind.node.NullNode;
import io.netty.channel.Channel;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import org.jboss.logging.Logger;

/** The WebSocket of live signals. Everything here runs on the connection's event loop. */
@WebSocket(path = "/api/stream")
class StreamEndpoint {

    private static final Logger LOG = Logger.getLogger(StreamEndpoint.class);

    private final StreamConnections connections;

    StreamEndpoint(StreamConnections connections) {
        this.connections = connections;
    }

    @OnOpen
    @NonBlocking
    void open(WebSocketConnection connection) {
        Channel channel = StreamSockets.of(connection);
        if (channel.eventLoop().inEventLoop()) {
            connections.open(connection, channel);
        } else {
            channel.eventLoop().execute(() -> connections.open(connection, channel));
        }
    }

    @OnTextMessage
    @NonBlocking
    void text(String text, WebSocketConnection connection) {
        connections.subscriber(connection).ifPresent(subscriber -> subscriber.receive(text));
    }

    @OnBinaryMessage
    @NonBlocking
    void binary(Buffer ignored, WebSocketConnection connection) {
        connections
                .subscriber(connection)
                .ifPresent(subscriber ->
                        subscriber.refuse(
                                new StreamRequest.Malformed(
                                        NullNode.instance, "messages are text, not binary")));
    }

    @OnClose
    @NonBlocking
    void close(WebSocketConnection connection) {
        connections.closed(connection);
    }

    @OnError
    @NonBlocking
    void error(Throwable failure, WebSocketConnection connection) {
        LOG.debugf(failure, "connection %s failed", connection.id());
    }
}
