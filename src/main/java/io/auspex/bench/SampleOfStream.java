package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a subscriber of the service hears, read to be sent by the baseline too. */
final class SampleOfStream {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private SampleOfStream() {}

    /** All messages of a topic that were sent at one instant. */
    static List<JsonNode> of(StreamedService service, String topic)
            throws IOException, InterruptedException {
        BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket =
                    client.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + service.port() + "/api/stream"),
                                    new Listener(received))
                            .join();
            socket.sendText(Subscribers.subscribe(topic), true).join();
            List<JsonNode> sent = new ArrayList<>();
            while (true) {
                JsonNode message = received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (message == null) {
                    throw new IOException("no signals of " + topic + " within " + PATIENCE);
                }
                if (!message.path("type").asText().equals("signal")) {
                    continue;
                }
                if (!sent.isEmpty()
                        && !sent.getFirst().path("ts_sent").equals(message.path("ts_sent"))) {
                    socket.abort();
                    return sent;
                }
                sent.add(message);
            }
        }
    }

    /** Puts the parts of a message together. */
    private static final class Listener implements WebSocket.Listener {

        private final BlockingQueue<JsonNode> messages;
        private final StringBuilder message = new StringBuilder();

        Listener(BlockingQueue<JsonNode> messages) {
            this.messages = messages;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                try {
                    messages.add(Json.mapper().readTree(message.toString()));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
