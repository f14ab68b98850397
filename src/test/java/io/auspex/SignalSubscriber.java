package io.auspex;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A real subscriber of all signals of one service. It notes everything that must not happen: a
 * number twice, out of turn, or left out.
 */
final class SignalSubscriber implements WebSocket.Listener, AutoCloseable {

    private final HttpClient http = RunningAuspex.client();
    private final StringBuilder part = new StringBuilder();
    private final SortedMap<Long, JsonNode> signals = new ConcurrentSkipListMap<>();
    private final List<JsonNode> provisional = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final WebSocket socket;
    private volatile long last;
    private volatile boolean open = true;
    private volatile JsonNode acknowledgement;

    private SignalSubscriber(RunningAuspex auspex, String topic, long since) {
        last = since;
        String address = auspex.uri("/api/stream").toString().replace("http:", "ws:");
        socket = http.newWebSocketBuilder().buildAsync(URI.create(address), this).join();
        socket.sendText("{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[" + topic + "]}", true)
                .join();
    }

    /** From now on. */
    static SignalSubscriber of(RunningAuspex auspex) {
        return new SignalSubscriber(auspex, "\"signals:*\"", 0);
    }

    /** As one that had been elsewhere before, and has had everything up to there. */
    static SignalSubscriber resuming(RunningAuspex auspex, String epoch, long since) {
        return new SignalSubscriber(
                auspex,
                "{\"topic\":\"signals:*\",\"epoch\":\"%s\",\"since\":%d}".formatted(epoch, since),
                since);
    }

    /** What the acknowledgement said; empty before it is there. */
    Optional<JsonNode> acknowledgement() {
        return Optional.ofNullable(acknowledgement);
    }

    /** The signals heard, by number. */
    SortedMap<Long, JsonNode> heard() {
        return new TreeMap<>(signals);
    }

    /** The signals heard of before they were in the ledger, in the order in which they came. */
    List<JsonNode> provisional() {
        return provisional;
    }

    List<String> faults() {
        return faults;
    }

    /** The newest number; 0 before the first. */
    long last() {
        return last;
    }

    boolean isOpen() {
        return open;
    }

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
        open = false;
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        open = false;
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }

    private void take(String text) {
        JsonNode message = read(text);
        if (message.path("type").asText().equals("ack")) {
            acknowledgement = message;
        }
        if (message.path("type").asText().equals("provisional")) {
            provisional.add(message.path("data"));
        }
        if (!message.path("type").asText().equals("signal")) {
            return;
        }
        long seq = message.path("seq").asLong();
        if (last != 0 && seq != last + 1) {
            faults.add(seq + " after " + last);
        }
        last = seq;
        signals.put(seq, message.path("data"));
    }

    private static JsonNode read(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
    }
}
