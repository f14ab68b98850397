package io.auspex.api.guard;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls a secured service as this one and that. */
final class Callers {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI service;

    Callers(URI service) {
        this.service = service;
    }

    /** A new key of that role. */
    String key(String role) throws IOException, InterruptedException {
        return issue("{\"name\":\"%s\",\"role\":\"%s\"}".formatted(role, role))
                .path("token")
                .asText();
    }

    /** A new key as it was asked for. */
    JsonNode issue(String request) throws IOException, InterruptedException {
        HttpResponse<String> answer = call("POST", "/api/keys", SecuredProfile.ADMIN, request);
        if (answer.statusCode() != 201) {
            throw new AssertionError(answer.statusCode() + ": " + answer.body());
        }
        return Json.mapper().readTree(answer.body());
    }

    int status(String method, String path, @Nullable String token)
            throws IOException, InterruptedException {
        return call(method, path, token, null).statusCode();
    }

    JsonNode json(String method, String path, String token)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = call(method, path, token, null);
        return Json.mapper().readTree(answer.body());
    }

    HttpResponse<String> call(
            String method, String path, @Nullable String token, @Nullable String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://" + service.getAuthority() + path))
                        .timeout(PATIENCE)
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
