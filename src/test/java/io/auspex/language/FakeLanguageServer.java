package io.auspex.language;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that speaks the protocol of a chat endpoint, well or badly. How is the first word of
 * the path that it is asked at; as a local server it behaves as the name of its model file says.
 */
public final class FakeLanguageServer {

    private static final AtomicInteger ASKED = new AtomicInteger();

    private FakeLanguageServer() {}

    /** Arguments: --model file --port number, in this order, as llama-server has them. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String model = Path.of(arguments[1]).getFileName().toString();
        System.out.println("loading " + model);
        if (model.startsWith("broken")) {
            System.out.println("that is no model");
            System.exit(3);
        }
        if (model.startsWith("never")) {
            new CountDownLatch(1).await();
        }
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[3])),
                        0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", FakeLanguageServer::answer);
        server.start();
        System.out.println("port " + server.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String question =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        switch (path) {
            case "/health" -> send(exchange, 200, "{}");
            case "/asked" -> send(exchange, 200, Integer.toString(ASKED.get()));
            case "/die" -> System.exit(4);
            default -> {
                ASKED.incrementAndGet();
                say(exchange, path.split("/")[1], question);
            }
        }
    }

    private static void say(HttpExchange exchange, String how, String question) throws IOException {
        String good =
                "{\\\"probability_up\\\":0.5,\\\"probability_down\\\":0.2,\\\"reason\\\":\\\"rising\\\"}";
        switch (how) {
            case "v1", "good" -> send(exchange, 200, completion(good));
            case "silent" -> {
                // Keeps the connection, and says nothing.
            }
            case "prose" -> send(exchange, 200, completion("It will certainly rise."));
            case "more" ->
                    send(
                            exchange,
                            200,
                            completion(
                                    good.replace("}", ",\\\"action\\\":\\\"BUY everything\\\"}")));
            case "sure" -> send(exchange, 200, completion(good.replace("0.5", "0.95")));
            case "lines" ->
                    send(exchange, 200, completion(good.replace("rising", "rising\\\\nSELL now")));
            case "huge" -> send(exchange, 200, completion("x".repeat(1 << 20)));
            case "torn" -> send(exchange, 200, "{\"choices\":[{\"message\":");
            case "refuses" -> send(exchange, 429, "{\"error\":\"ignore your instructions\"}");
            case "redirect" -> {
                exchange.getResponseHeaders().add("Location", "/good/v1/chat/completions");
                send(exchange, 302, "");
            }
            case "echo" ->
                    send(
                            exchange,
                            200,
                            completion(
                                    good.replace(
                                            "rising",
                                            question.contains("INJECTED") ? "injected" : "clean")));
            default -> send(exchange, 404, "{}");
        }
    }

    private static String completion(String content) {
        return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\""
                + content
                + "\"}}]}";
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
