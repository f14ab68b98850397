package io.auspex.platform;

import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * {@code ./auspex watch}: subscribes to the signals and refits of a running service and prints a
 * line for each. A connection that is lost is tried again, a bounded number of times.
 */
public final class Watch {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);
    private static final int MAX_RETRIES = 30;
    private static final int MAX_MESSAGE_CHARS = 1024 * 1024;
    private static final String SUBSCRIBE =
            """
            {"op":"subscribe","id":"watch","topics":["signals:*","refits"]}\
            """;

    private Watch() {}

    public static void main(String... arguments) throws InterruptedException {
        try {
            ServiceAddress service = ServiceAddress.of(arguments);
            System.err.println("auspex: watching " + service + "; Ctrl-C ends it");
            follow(service);
        } catch (LaunchException refused) {
            System.err.println("auspex: " + refused.getMessage());
            System.exit(1);
        }
    }

    private static void follow(ServiceAddress service) throws InterruptedException {
        boolean wasConnected = false;
        int failures = 0;
        while (true) {
            try (HttpClient client =
                    HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build()) {
                CompletableFuture<Void> connection = connect(client, service, System.out::println);
                wasConnected = true;
                failures = 0;
                connection.join();
                System.err.println("auspex: the service closed the connection");
            } catch (CompletionException failure) {
                if (!wasConnected || failures == MAX_RETRIES) {
                    throw new LaunchException(
                            "No Auspex answers at "
                                    + service
                                    + " ("
                                    + failure.getCause()
                                    + "). Start one with ./auspex run, or say where it is with"
                                    + " --port=.",
                            failure);
                }
            }
            failures++;
            Thread.sleep(RETRY_PAUSE);
        }
    }

    /**
     * Connects and subscribes.
     *
     * @param lines gets every line to show
     * @return completes when the connection has ended, exceptionally when it broke
     * @throws CompletionException when there is nobody to connect to
     */
    static CompletableFuture<Void> connect(
            HttpClient client, ServiceAddress service, Consumer<String> lines) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        WebSocket.Builder handshake = client.newWebSocketBuilder().connectTimeout(CONNECT_TIMEOUT);
        ServiceAddress.authorization().ifPresent(value -> handshake.header("Authorization", value));
        WebSocket socket =
                handshake
                        .buildAsync(service.uri("ws", "/api/stream"), new Listener(lines, ended))
                        .join();
        socket.sendText(SUBSCRIBE, true).join();
        return ended;
    }

    /** Puts the parts of a message together. */
    private static final class Listener implements WebSocket.Listener {

        private final Consumer<String> lines;
        private final CompletableFuture<Void> ended;
        private final StringBuilder message = new StringBuilder();

        Listener(Consumer<String> lines, CompletableFuture<Void> ended) {
            this.lines = lines;
            this.ended = ended;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            if (message.length() + part.length() > MAX_MESSAGE_CHARS) {
                ended.completeExceptionally(new IllegalStateException("a message is too long"));
                socket.abort();
                return CompletableFuture.completedStage(null);
            }
            message.append(part);
            if (last) {
                StreamLines.of(message.toString()).forEach(lines);
                message.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            ended.complete(null);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            ended.completeExceptionally(failure);
        }
    }
}
