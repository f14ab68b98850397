package io.auspex;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A subscriber of all signals that does what docs/stream.md says: it connects again when the server
 * ends its connection, and goes on after the last number that it has had. It notes what it was told
 * besides, and everything that must not happen.
 */
final class ReturningSubscriber implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 20;

    private final HttpClient http = RunningAuspex.client();
    private final URI address;
    private final String key;
    private final SortedMap<Long, JsonNode> signals = new ConcurrentSkipListMap<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final List<JsonNode> acknowledgements = new CopyOnWriteArrayList<>();
    private final List<Integer> closeCodes = new CopyOnWriteArrayList<>();
    private final List<JsonNode> announcements = new CopyOnWriteArrayList<>();
    private volatile String epoch = "";
    private volatile long last;
    private volatile boolean closed;
    private volatile WebSocket socket;

    /**
     * @param address of the service
     * @param key of the caller
     */
    ReturningSubscriber(URI address, String key) {
        this.address = URI.create(address.toString().replace("http:", "ws:") + "/api/stream");
        this.key = key;
        connect();
    }

    SortedMap<Long, JsonNode> heard() {
        return signals;
    }

    /** The newest number; 0 before the first. */
    long last() {
        return last;
    }

    /** A number twice, out of turn, or left out; a connection that could not be had. */
    List<String> faults() {
        return faults;
    }

    /** One of every connection. */
    List<JsonNode> acknowledgements() {
        return acknowledgements;
    }

    /** The {@code server_shutdown}s. */
    List<JsonNode> announcements() {
        return announcements;
    }

    /** How its connections were ended. */
    List<Integer> closeCodes() {
        return closeCodes;
    }

    @Override
    public void close() {
        closed = true;
        socket.abort();
        http.shutdownNow();
    }

    private void connect() {
        String topic =
                last == 0
                        ? "\"signals:*\""
                        : "{\"topic\":\"signals:*\",\"epoch\":\"%s\",\"since\":%d}"
                                .formatted(epoch, last);
        socket =
                http.newWebSocketBuilder()
                        .header("Authorization", "Bearer " + key)
                        .buildAsync(address, new Connection())
                        .join();
        socket.sendText("{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[" + topic + "]}", true)
                .join();
    }

    private void again(int code) {
        closeCodes.add(code);
        if (closed || closeCodes.size() > MAX_CONNECTIONS) {
            return;
        }
        try {
            connect();
        } catch (RuntimeException refused) {
            faults.add("could not connect again: " + refused);
        }
    }

    private void take(String text) {
        JsonNode message = read(text);
        switch (message.path("type").asText()) {
            case "ack" -> acknowledgements.add(message);
            case "server_shutdown" -> announcements.add(message);
            case "signal" -> {
                long seq = message.path("seq").asLong();
                if (last != 0 && seq != last + 1) {
                    faults.add(seq + " after " + last);
                }
                if (signals.put(seq, message.path("data")) != null) {
                    faults.add(seq + " twice");
                }
                epoch = message.path("epoch").asText();
                last = seq;
            }
            default -> {
                // Heartbeats and snapshots.
            }
        }
    }

    private static JsonNode read(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
    }

    /** Its messages come one after the other; the next connection is made after its end. */
    private final class Connection implements WebSocket.Listener {

        private final StringBuilder part = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean end) {
            part.append(text);
            if (end) {
                take(part.toString());
                part.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            Thread.ofVirtual().start(() -> again(code));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            if (!closed) {
                faults.add("the connection broke: " + failure);
            }
        }
    }
}
