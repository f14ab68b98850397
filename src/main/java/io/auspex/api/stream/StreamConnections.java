package io.auspex.api.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The open connections of the stream, and what is said to all of them. */
@ApplicationScoped
class StreamConnections {

    private static final Logger LOG = Logger.getLogger(StreamConnections.class);

    private record Open(Subscriber subscriber, StreamSocket socket) {}

    private final ConcurrentMap<String, Open> connections = new ConcurrentHashMap<>();
    private final ConcurrentMap<EventLoop, WriteRounds> rounds = new ConcurrentHashMap<>();
    private final StreamTopics topics;
    private final MissedSignals ledger;
    private final StreamAccess access;
    private final StreamConfig config;
    private final InstantSource clock;
    private final Counter slowConsumers;
    private final Frame ping = Frame.ping();
    private volatile boolean isStopping;

    StreamConnections(
            StreamTopics topics,
            MissedSignals ledger,
            StreamAccess access,
            StreamConfig config,
            InstantSource clock,
            MeterRegistry meters) {
        this.topics = topics;
        this.ledger = ledger;
        this.access = access;
        this.config = config;
        this.clock = clock;
        meters.gaugeMapSize("auspex.stream.connections", List.of(), connections);
        this.slowConsumers =
                Counter.builder("auspex.stream.slow.consumers")
                        .description("Connections closed because they could not keep up")
                        .register(meters);
    }

    /** On the connection's event loop. */
    void open(WebSocketConnection connection, Channel channel) {
        channel.config().setOption(ChannelOption.SO_SNDBUF, config.sendBuffer());
        WriteRounds ofLoop = rounds.computeIfAbsent(channel.eventLoop(), WriteRounds::new);
        StreamSocket socket =
                new StreamSocket(channel, (code, reason) -> close(connection, code, reason));
        Outbox outbox =
                new Outbox(
                        socket,
                        ofLoop::wake,
                        config.maxWaitingMessages(),
                        config.maxWaitingBytes());
        socket.attach(outbox::write);
        if (isStopping) {
            socket.close(CloseCode.GOING_AWAY, "the server stops");
            return;
        }
        if (connections.size() >= config.maxConnections()) {
            socket.close(CloseCode.TRY_LATER, "too many connections");
            return;
        }
        switch (access.connected(connection.handshakeRequest())) {
            case StreamAccess.Standing.Refused(String reason) ->
                    socket.close(CloseCode.UNAUTHORISED, reason);
            case StreamAccess.Standing.Unknown unknown -> {
                Subscriber subscriber = add(connection, socket, outbox, unknown);
                var _ =
                        channel.eventLoop()
                                .schedule(
                                        () -> requireAdmission(subscriber),
                                        unknown.patience().toMillis(),
                                        TimeUnit.MILLISECONDS);
            }
            case StreamAccess.Standing.Admitted admitted -> {
                var _ = add(connection, socket, outbox, admitted);
            }
        }
    }

    Optional<Subscriber> subscriber(WebSocketConnection connection) {
        return Optional.ofNullable(connections.get(connection.id())).map(Open::subscriber);
    }

    void closed(WebSocketConnection connection) {
        Open open = connections.remove(connection.id());
        if (open != null) {
            open.subscriber().leave();
        }
    }

    /** Tells every client that the connection lives, and ends those that do not answer. */
    void beat() {
        Frame heartbeat = StreamMessages.heartbeat(clock.instant());
        long silentBefore = System.nanoTime() - config.silence().toNanos();
        for (Open open : connections.values()) {
            Outbox outbox = open.subscriber().outbox();
            if (open.socket().heardNanos() - silentBefore < 0) {
                outbox.giveUp(
                        outbox.isBehind() ? CloseCode.SLOW_CONSUMER : CloseCode.SILENT,
                        "nothing was heard for " + config.silence().toMillis() + " ms");
            } else {
                outbox.conflate(StreamMessages.class, heartbeat);
                outbox.conflate(Frame.class, ping);
            }
        }
    }

    /**
     * Announces the end, waits, and ends every connection.
     *
     * @return whether there were any
     */
    boolean stop() throws InterruptedException {
        isStopping = true;
        if (connections.isEmpty()) {
            return false;
        }
        Frame shutdown = StreamMessages.shutdown(clock.instant(), config.shutdownGrace());
        connections.values().forEach(open -> open.subscriber().outbox().offer(shutdown));
        Thread.sleep(config.shutdownGrace());
        connections
                .values()
                .forEach(open ->
                        open.subscriber()
                                .outbox()
                                .giveUp(CloseCode.GOING_AWAY, "the server stops"));
        return true;
    }

    boolean isEmpty() {
        return connections.isEmpty();
    }

    private Subscriber add(
            WebSocketConnection connection,
            StreamSocket socket,
            Outbox outbox,
            StreamAccess.Standing standing) {
        Subscriber subscriber = new Subscriber(topics, ledger, access, config, standing, outbox);
        connections.put(connection.id(), new Open(subscriber, socket));
        return subscriber;
    }

    /** Ends those whose key or token is good no longer. */
    void dismiss() {
        connections.values().stream()
                .map(Open::subscriber)
                .filter(Subscriber::isOutdated)
                .forEach(subscriber ->
                        subscriber
                                .outbox()
                                .giveUp(
                                        CloseCode.UNAUTHORISED,
                                        "the key or token has expired or was revoked"));
    }

    private static void requireAdmission(Subscriber subscriber) {
        if (!subscriber.isAdmitted()) {
            subscriber.outbox().giveUp(CloseCode.UNAUTHORISED, "no token came");
        }
    }

    private void close(WebSocketConnection connection, CloseCode code, String reason) {
        if (code == CloseCode.SLOW_CONSUMER) {
            slowConsumers.increment();
        }
        connection
                .close(new CloseReason(code.number(), reason))
                .subscribe()
                .with(
                        _ -> {},
                        failure -> LOG.debugf(failure, "could not close %s", connection.id()));
    }
}
