package io.auspex.language;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Speaks to an OpenAI-compatible {@code /chat/completions}: llama.cpp's server, vLLM, Mistral's own
 * API. Follows no redirects, takes a bounded answer, and gives back the content of its first
 * choice.
 *
 * @param baseUrl up to and with {@code /v1}
 * @param key sent as a bearer token
 * @param timeout of the whole exchange
 * @param maxBytes of an answer
 */
record ChatClient(
        HttpClient http, URI baseUrl, Optional<String> key, Duration timeout, int maxBytes) {

    private static final int OK = 200;

    /** One for all questions. */
    static HttpClient http(Duration connectTimeout) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .build();
    }

    /**
     * Blocking: call it from a virtual thread.
     *
     * @param body of the request, JSON
     * @throws IOException when there is no usable answer; the message says why and quotes none of
     *     it
     */
    String complete(String body) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(baseUrl + "/chat/completions"))
                        .timeout(timeout)
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        HttpResponse<byte[]> answer =
                http.send(
                        request.build(),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
        if (answer.statusCode() != OK) {
            throw new IOException("the language model answers " + answer.statusCode());
        }
        return content(new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static String content(String answer) throws IOException {
        JsonNode content;
        try {
            content = Json.mapper().readTree(answer).at("/choices/0/message/content");
        } catch (JsonProcessingException e) {
            throw new IOException("the language model's answer is not JSON", e);
        }
        if (!content.isTextual()) {
            throw new IOException("the language model's answer has no content");
        }
        return content.textValue();
    }
}
