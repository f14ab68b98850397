package io.auspex.api.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real WebSocket client, reading at once or only when it is told to. Heartbeats are left out. */
final class StreamClient implements WebSocket.Listener, AutoCloseable {

    /** With a message or an end that comes; a slow machine may be very slow. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Messages of a connection that are compared with the document; the rest is like them. */
    private static final int CHECKED = 300;

    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder part = new StringBuilder();
    private final boolean reading;
    private final WebSocket socket;
    private volatile String closeReason = "";
    private int count;

    private StreamClient(URI server, boolean reading) {
        this.reading = reading;
        this.socket = http.newWebSocketBuilder().buildAsync(server, this).join();
    }

    static StreamClient reading(URI server) {
        return new StreamClient(server, true);
    }

    /** Does not read from its socket until {@link #read}. */
    static StreamClient stalled(URI server) {
        return new StreamClient(server, false);
    }

    StreamClient send(String text) {
        socket.sendText(text, true).join();
        return this;
    }

    StreamClient sendBinary() {
        socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2, 3}), true).join();
        return this;
    }

    /** The next message. */
    JsonNode next() throws InterruptedException {
        JsonNode message = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message came, closed: " + closed);
        }
        return message;
    }

    /** The next message of that type; others are passed over. */
    JsonNode next(String type) throws InterruptedException {
        JsonNode message = next();
        while (!message.path("type").asText().equals(type)) {
            requireDescribed(message);
            message = next();
        }
        return message;
    }

    private void requireDescribed(JsonNode message) {
        if (message.path("type").asText().equals("undescribed")) {
            closed.join();
        }
    }

    int received() {
        return messages.size();
    }

    void read() {
        socket.request(Long.MAX_VALUE);
    }

    int closeCode() throws Exception {
        return closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    boolean isOpen() {
        return !closed.isDone();
    }

    String closeReason() {
        return closeReason;
    }

    @Override
    public void onOpen(WebSocket opened) {
        if (reading) {
            opened.request(Long.MAX_VALUE);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
        part.append(text);
        if (last) {
            JsonNode message = FakeWire.json(part.toString());
            if (++count <= CHECKED) {
                check(message);
            }
            if (!message.path("type").asText().equals("heartbeat")) {
                messages.add(message);
            }
            part.setLength(0);
        }
        return null;
    }

    /** What comes must be as it is described; what is not arrives as a failure of the test. */
    private void check(JsonNode message) {
        try {
            AsyncApi.document().check(AsyncApi.nameOf(message), message);
        } catch (AssertionError undescribed) {
            closed.completeExceptionally(undescribed);
            messages.add(FakeWire.json("{\"type\":\"undescribed\"}"));
        }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closeReason = reason;
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        closed.completeExceptionally(failure);
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
