package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** What a bench asks of a service on this machine, over REST as anybody could. Thread-safe. */
final class ServiceApi implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    ServiceApi(int port) {
        this.port = port;
    }

    /** The body of a GET that must succeed. */
    JsonNode get(String path) throws IOException, InterruptedException {
        return Json.mapper().readTree(text(path));
    }

    /** The body of a POST without one, that must be answered by 2xx. */
    JsonNode post(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(path, BodyPublishers.noBody());
        if (answer.statusCode() / 100 != 2) {
            throw unexpected(path, answer);
        }
        return Json.mapper().readTree(answer.body());
    }

    /** Whatever a POST is answered. */
    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(path, BodyPublishers.ofString(json));
    }

    /** The figures whose names begin so, as Prometheus reads them. */
    Map<String, Double> metrics(String prefix) throws IOException, InterruptedException {
        Map<String, Double> metrics = new TreeMap<>();
        text("/q/metrics")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .forEach(line -> {
                    int blank = line.lastIndexOf(' ');
                    metrics.put(
                            line.substring(0, blank),
                            Double.parseDouble(line.substring(blank + 1)));
                });
        return metrics;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private String text(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request(path).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw unexpected(path, answer);
        }
        return answer.body();
    }

    private HttpResponse<String> send(String path, BodyPublisher body)
            throws IOException, InterruptedException {
        HttpRequest request =
                request(path).header("Content-Type", "application/json").POST(body).build();
        return http.send(request, BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(TIMEOUT);
    }

    private static IOException unexpected(String path, HttpResponse<String> answer) {
        return new IOException(path + " answers " + answer.statusCode() + ": " + answer.body());
    }
}
