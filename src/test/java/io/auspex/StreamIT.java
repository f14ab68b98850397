package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The stream of the packaged service, as its clients see its end, its heartbeat and its return:
 * what was missed while there was no process at all comes out of the ledger.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StreamIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int RECENT = 10;
    private static final int MISSED = 60;
    private static RunningAuspex auspex;

    @BeforeAll
    static void start() throws Exception {
        auspex =
                RunningAuspex.start(
                        "stream",
                        RunningAuspex.STARTED_OFTEN,
                        "--speed=1500",
                        "--simulated.days=2",
                        "--simulated.symbols=2",
                        "--refit.rules.enabled=false",
                        "--stream.heartbeat=200ms",
                        "--stream.silence=1500ms",
                        "--stream.shutdown-grace=500ms",
                        "--stream.recent-signals=" + RECENT);
        awaitHead(MISSED + RECENT);
    }

    @AfterAll
    static void stop() throws IOException {
        if (auspex != null) {
            auspex.close();
        }
    }

    @Test
    @Order(1)
    void aClientThatAnswersNothingIsAskedAndThenClosedAndOneThatAnswersStays() throws Exception {
        try (Client answering = new Client()) {
            answering.send("{\"op\":\"ping\",\"id\":1}");
            Set<String> heard = new HashSet<>();
            int code = readWithoutAnswering(heard);
            assertThat(heard).contains("heartbeat", "ping frame");
            assertThat(code).isEqualTo(4009);
            assertThat(answering.closed).isNotDone();
            assertThat(answering.next("heartbeat").path("ts_sent").asText()).isNotBlank();
        }
    }

    @Test
    @Order(2)
    void itAnnouncesItsEndAndWhatWasMissedComesOutOfTheLedgerAfterItsReturn() throws Exception {
        JsonNode last;
        try (Client client = new Client()) {
            client.send("{\"op\":\"subscribe\",\"id\":1,\"topics\":[\"signals:*\"]}");
            last = client.next("signal");
            auspex.terminate();
            JsonNode shutdown = client.next("server_shutdown");
            assertThat(shutdown.path("closes_in_millis").asInt()).isEqualTo(500);
            assertThat(shutdown.path("reconnect").asBoolean()).isTrue();
            assertThat(client.closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1001);
        }
        auspex.awaitEnd();
        assertThat(auspex.log()).doesNotContain("Timed out waiting for graceful shutdown");
        auspex.start();
        resumesFrom(last.path("epoch").asText(), last.path("seq").asLong() - MISSED);
    }

    @Test
    @Order(3)
    void afterAKillNothingIsMissedAndNothingDoubled() throws Exception {
        JsonNode last;
        try (Client client = new Client()) {
            client.send("{\"op\":\"subscribe\",\"id\":1,\"topics\":[\"signals:*\"]}");
            last = client.next("signal");
            auspex.kill();
            for (JsonNode more = client.poll(); more != null; more = client.poll()) {
                last = more.path("type").asText().equals("signal") ? more : last;
            }
        }
        auspex.start();
        resumesFrom(last.path("epoch").asText(), last.path("seq").asLong());
    }

    /** Until something came that was published after the return. */
    private static void resumesFrom(String epoch, long since) throws Exception {
        try (Client client = new Client()) {
            client.send(
                    "{\"op\":\"subscribe\",\"id\":2,\"topics\":[{\"topic\":\"signals:*\",\"epoch\":\"%s\",\"since\":%d}]}"
                            .formatted(epoch, since));
            JsonNode ack = client.next("ack");
            assertThat(ack.path("recovered").asBoolean()).as(ack.toString()).isTrue();
            long seq = since;
            while (seq < ack.path("seq").asLong() + RECENT) {
                assertThat(client.next("signal").path("seq").asLong()).isEqualTo(++seq);
            }
        }
    }

    private static void awaitHead(long head) throws InterruptedException {
        long _ =
                auspex.await(
                        head + " signals",
                        PATIENCE,
                        () ->
                                Optional.of(
                                                auspex.json("/api/status")
                                                        .path("ledger")
                                                        .path("head")
                                                        .asLong())
                                        .filter(reached -> reached >= head));
    }

    /** Reads frames (RFC 6455, section 5.2) and sends nothing; the code of the close frame. */
    private static int readWithoutAnswering(Set<String> heard) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), auspex.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(
                            ("GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder answer = new StringBuilder();
            while (!answer.toString().endsWith("\r\n\r\n")) {
                answer.append((char) in.readUnsignedByte());
            }
            while (true) {
                int opcode = in.readUnsignedByte() & 0x0F;
                int length = in.readUnsignedByte();
                byte[] payload = new byte[length == 126 ? in.readUnsignedShort() : length];
                in.readFully(payload);
                switch (opcode) {
                    case 1 -> heard.add(Json.mapper().readTree(payload).path("type").asText());
                    case 8 -> {
                        return (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
                    }
                    case 9 -> heard.add("ping frame");
                    default -> heard.add("opcode " + opcode);
                }
            }
        }
    }

    /** A client of the JDK, which answers pings by itself. */
    private static final class Client implements WebSocket.Listener, AutoCloseable {

        private final HttpClient http = HttpClient.newHttpClient();
        private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder part = new StringBuilder();
        private final WebSocket socket;

        Client() {
            socket =
                    http.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + auspex.port() + "/api/stream"),
                                    this)
                            .join();
        }

        void send(String text) {
            socket.sendText(text, true).join();
        }

        JsonNode next(String type) throws InterruptedException {
            while (true) {
                JsonNode message = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (message == null) {
                    throw auspex.failure("no " + type + ", closed: " + closed);
                }
                if (message.path("type").asText().equals(type)) {
                    return message;
                }
            }
        }

        /** The next message; null when the connection is gone. */
        @Nullable JsonNode poll() throws InterruptedException {
            while (true) {
                JsonNode message = messages.poll(10, TimeUnit.MILLISECONDS);
                if (message != null || closed.isDone()) {
                    return message;
                }
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                try {
                    messages.add(Json.mapper().readTree(part.toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                part.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            closed.complete(1006);
        }

        @Override
        public void close() {
            socket.abort();
            http.shutdownNow();
        }
    }
}
