package io.auspex.bench;

import io.auspex.platform.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrameType;
import io.vertx.core.http.impl.ws.WebSocketFrameImpl;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The baseline of {@code ./auspex bench stream}: what somebody would write by hand with Vert.x, on
 * one event loop. Each text is encoded once and its bytes are written to every WebSocket in turn,
 * without topics, bounds, resumption or anybody who cannot keep up.
 *
 * <p>Prints its port when it listens; each line on its input is a {@link Broadcast}; ends with its
 * input.
 */
public final class FanoutBaseline {

    /** In a text, where the instant of its sending goes. */
    static final String SENT = "@SENT@";

    /**
     * What to send from now on.
     *
     * @param texts all at once
     * @param everyMillis 0 for never
     */
    record Broadcast(List<String> texts, long everyMillis) {

        Broadcast {
            texts = List.copyOf(texts);
        }
    }

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Set<ServerWebSocket> sockets = new LinkedHashSet<>();
    private @Nullable Long timer;

    private FanoutBaseline() {}

    public static void main(String... arguments) throws Exception {
        // Before anything logs: the application's library insists.
        System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
        FanoutBaseline baseline = new FanoutBaseline();
        var context = baseline.vertx.getOrCreateContext();
        HttpServer server =
                baseline.vertx
                        .createHttpServer()
                        .webSocketHandler(baseline::open)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get();
        System.out.println(server.actualPort());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Broadcast broadcast = Json.mapper().readValue(line, Broadcast.class);
                context.runOnContext(_ -> baseline.send(broadcast));
            }
        }
        System.exit(0);
    }

    private void open(ServerWebSocket socket) {
        sockets.add(socket);
        socket.closeHandler(_ -> sockets.remove(socket));
        socket.exceptionHandler(_ -> sockets.remove(socket));
    }

    private void send(Broadcast broadcast) {
        if (timer != null) {
            vertx.cancelTimer(timer);
            timer = null;
        }
        if (broadcast.everyMillis() > 0) {
            timer = vertx.setPeriodic(broadcast.everyMillis(), _ -> broadcast(broadcast.texts()));
        }
    }

    private void broadcast(List<String> texts) {
        String now = Instant.now().toString();
        List<ByteBuf> encoded =
                texts.stream()
                        .map(text -> text.replace(SENT, now).getBytes(StandardCharsets.UTF_8))
                        .map(bytes ->
                                Unpooled.unreleasableBuffer(
                                        Unpooled.directBuffer(bytes.length).writeBytes(bytes)))
                        .toList();
        for (ServerWebSocket socket : sockets) {
            for (ByteBuf text : encoded) {
                var _ =
                        socket.writeFrame(
                                new WebSocketFrameImpl(
                                        WebSocketFrameType.TEXT, text.duplicate(), true));
            }
        }
    }
}
