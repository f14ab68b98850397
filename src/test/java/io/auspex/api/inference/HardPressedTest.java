package io.auspex.api.inference;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.auspex.api.LiveService;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.ModelServer;
import io.auspex.serving.TinyModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A slow model behind a short queue, on a machine that has no memory for a second one. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(HardPressedTest.ShortOfEverything.class)
class HardPressedTest {

    /** Some milliseconds a row. */
    private static final int PRODUCTS = 400;

    private static final int REQUESTS = 64;
    private static final String BODY =
            "{\"features\":{\"rsi_14@5m\":1,\"momentum_24@5m\":2,\"volatility_12@5m\":3}}";

    @Inject LiveService service;
    @Inject ModelRegistry registry;
    @Inject ModelServer server;

    @TestHTTPResource("/")
    URI address;

    /** What runs out. */
    public static final class ShortOfEverything implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "auspex.inference.workers", "1",
                    "auspex.inference.max-waiting", "2",
                    "auspex.serving.warm-up-runs", "20",
                    "auspex.serving.memory-floor", "4000G");
        }
    }

    @Test
    void aSlowModelIsScoredBesideTheEventLoopAndTurnsAwayWhatItCannotTake() throws Exception {
        promoteSlow("hard-slow");
        try (HttpClient http = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                answers.add(http.sendAsync(predict("hard-slow", ""), BodyHandlers.ofString()));
            }
            int answered = 0;
            int refused = 0;
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                HttpResponse<String> response = answer.get();
                if (response.statusCode() == 200) {
                    answered++;
                } else {
                    assertThat(response.statusCode()).isEqualTo(503);
                    assertThat(response.headers().firstValue("Retry-After")).isPresent();
                    assertThat(response.body()).contains("overloaded");
                    refused++;
                }
            }
            assertThat(answered).isPositive();
            assertThat(refused).isPositive();
            // It costs milliseconds: one cannot be had.
            HttpResponse<String> late =
                    http.send(predict("hard-slow", "?timeout=1"), BodyHandlers.ofString());
            assertThat(late.statusCode()).isEqualTo(504);
            assertThat(late.body()).contains("nothing was scored");
            assertThat(
                            http.send(
                                            predict("hard-slow", "?timeout=60000"),
                                            BodyHandlers.ofString())
                                    .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aSwapThatMemoryIsShortForIsRefusedAndTheOldVersionGoesOn() {
        int first = service.promote("hard-short", 0.1f).version();
        int second = service.add("hard-short", 0.2f).version();
        given().contentType("application/json")
                .body("{\"version\": " + second + "}")
                .post("/api/models/hard-short/promote")
                .then()
                .statusCode(503)
                .body("slug", equalTo("memory-short"))
                .body("detail", containsString("version " + second + " of hard-short"));
        given().get("/api/models/hard-short")
                .then()
                .statusCode(200)
                .body("champion", equalTo(first));
        given().contentType("application/json")
                .body(BODY)
                .post("/api/models/hard-short/predict")
                .then()
                .statusCode(200)
                .body("version", equalTo(first));
        // A candidate still: nothing was found against it.
        given().get("/api/models/hard-short/versions/" + second)
                .then()
                .statusCode(200)
                .body("state", equalTo("CANDIDATE"));
    }

    private void promoteSlow(String model) {
        service.declare(model);
        TinyModels slow = TinyModels.tiny().named(model).market(LiveService.MARKET).slow(PRODUCTS);
        ModelVersion version =
                Await.item(() ->
                        registry.add(
                                model, "import:test", slow.schema(), slow.onnx(), slow.report()));
        Await.item(() -> server.promote(model, version.version(), "slow but proven", false));
    }

    private HttpRequest predict(String model, String query) {
        return HttpRequest.newBuilder(address.resolve("/api/models/" + model + "/predict" + query))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
    }
}
