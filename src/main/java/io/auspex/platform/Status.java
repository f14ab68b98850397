package io.auspex.platform;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** {@code ./auspex status}: asks a running service what it is doing, and prints it readably. */
public final class Status {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int UNAUTHENTICATED = 401;

    private Status() {}

    public static void main(String... arguments) {
        try {
            System.out.print(of(ServiceAddress.of(arguments)));
        } catch (LaunchException refused) {
            System.err.println("auspex: " + refused.getMessage());
            System.exit(1);
        }
    }

    static String of(ServiceAddress service) {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(service.uri("http", "/api/status")).timeout(TIMEOUT);
            ServiceAddress.authorization()
                    .ifPresent(value -> request.header("Authorization", value));
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == UNAUTHENTICATED) {
                throw new LaunchException(service + " asks for a key: give it in AUSPEX_KEY.");
            }
            if (response.statusCode() != OK) {
                throw new LaunchException(
                        service + " answers " + response.statusCode() + ": " + response.body());
            }
            return ReadableJson.of(Json.mapper().readTree(response.body()));
        } catch (IOException failure) {
            throw new LaunchException(
                    "No Auspex answers at "
                            + service
                            + " ("
                            + failure
                            + "). Start one with ./auspex run, or say where it is with --port=.",
                    failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted", interrupted);
        }
    }
}
