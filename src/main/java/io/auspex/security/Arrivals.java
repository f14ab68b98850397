package io.auspex.security;

import io.micrometer.core.instrument.Metrics;
import io.netty.channel.socket.SocketChannel;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets connections in, so many of an address, and puts an {@link ArrivalWatch} before everything
 * else that hears of them. Thread-safe.
 */
public final class Arrivals {

    /** Of this process. */
    private static final Set<ArrivalWatch> OPEN = ConcurrentHashMap.newKeySet();

    private final ArrivalLimits limits;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

    Arrivals(ArrivalLimits limits) {
        this.limits = limits;
    }

    /**
     * A connection was accepted by the operating system and belongs to nobody yet.
     *
     * @return false when it has been closed, since its address has too many
     */
    boolean admit(SocketChannel connection) {
        if (connection.remoteAddress() == null) {
            // It is gone already.
            connection.unsafe().closeForcibly();
            return false;
        }
        InetAddress address = connection.remoteAddress().getAddress();
        if (limits.countsLoopback() || !address.isLoopbackAddress()) {
            int count = open.merge(address, 1, Integer::sum);
            if (count > limits.connectionsPerClient()) {
                leave(address);
                connection.unsafe().closeForcibly();
                count("connections");
                return false;
            }
            connection.closeFuture().addListener(_ -> leave(address));
        }
        connection.pipeline().addLast(new ArrivalWatch(limits));
        return true;
    }

    private void leave(InetAddress address) {
        open.computeIfPresent(address, (_, count) -> count <= 1 ? null : count - 1);
    }

    /**
     * The head of a request has arrived. On its event loop, before anybody reads its body.
     *
     * @param isUpgrade whether the connection becomes something else than HTTP
     */
    public static void headArrived(HttpServerRequest request, boolean isUpgrade) {
        ArrivalWatch watch = watch(request);
        if (watch != null) {
            watch.headArrived(request, isUpgrade);
        }
    }

    /**
     * Tells all clients of HTTP/2 to ask their next questions on other connections ({@code
     * GOAWAY}). What they have asked is answered; then the connection ends.
     */
    public static void leadAway() {
        OPEN.forEach(ArrivalWatch::leadAway);
    }

    /** Tells the client of a request, whose connection may be younger than the last telling. */
    public static void leadAway(HttpServerRequest request) {
        ArrivalWatch watch = watch(request);
        if (watch != null) {
            watch.leadAway();
        }
    }

    private static @Nullable ArrivalWatch watch(HttpServerRequest request) {
        return request.connection() instanceof ConnectionBase connection
                ? connection.channel().attr(ArrivalWatch.KEY).get()
                : null;
    }

    /** How many connections of HTTP this process has; one that became a WebSocket is none. */
    public static int open() {
        return OPEN.size();
    }

    static void opened(ArrivalWatch connection) {
        OPEN.add(connection);
    }

    /** It has ended, or is not one of HTTP any more. */
    static void left(ArrivalWatch connection) {
        OPEN.remove(connection);
    }

    static void count(String limit) {
        Metrics.counter("auspex.security.cut", "limit", limit).increment();
    }
}
