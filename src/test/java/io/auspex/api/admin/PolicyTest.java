package io.auspex.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.auspex.api.LiveService;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelSettings;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.ModelServer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PolicyTest {

    private static final String ROW =
            "{\"features\": {\"rsi_14@5m\": 50, \"momentum_24@5m\": 0, \"volatility_12@5m\": 0}}";

    @Inject LiveService service;
    @Inject ModelRegistry registry;
    @Inject ModelSettings settings;
    @Inject ModelServer server;

    @BeforeEach
    void warmUp() {
        service.warmUp();
    }

    @Test
    void aFrozenModelServesAndIsNotTrained() {
        service.promote("policy-frozen", 0.1f);
        put("/api/models/policy-frozen/refit", "{\"enabled\": false}")
                .statusCode(200)
                .body("policy.refit_enabled", equalTo(false));
        given().post("/api/models/policy-frozen/train")
                .then()
                .statusCode(409)
                .body("type", containsString("model-frozen"))
                .body("detail", containsString("refit.enabled=false"));
        predict("policy-frozen", "anybody").statusCode(200);
        service.declare("policy-frozen");
        given().get("/api/models/policy-frozen")
                .then()
                .body("policy.refit_enabled", equalTo(false));

        put("/api/models/policy-frozen/refit", "{\"enabled\": true}").statusCode(200);
        int refit =
                given().post("/api/models/policy-frozen/train")
                        .then()
                        .statusCode(202)
                        .extract()
                        .path("id");
        given().delete("/api/refits/" + refit);
    }

    @Test
    void whatIsNotASettingIsRefused() {
        service.declare("policy-wrong");
        put("/api/models/policy-wrong/refit", "{}").statusCode(400);
        put("/api/models/policy-wrong/shadow", "{}").statusCode(400);
        put("/api/models/policy-wrong/shadow", "{\"closes\": -1}").statusCode(400);
        put("/api/models/policy-wrong/shadow", "{\"share\": 1.5}").statusCode(400);
        put("/api/models/policy-wrong/versions/1/pin", "{\"pinned\": true}").statusCode(404);
        put("/api/models/policy-nobody/refit", "{\"enabled\": false}").statusCode(404);
        given().get("/api/models/policy-nobody/shadow").then().statusCode(404);
        given().get("/api/models/policy-wrong/shadow").then().statusCode(200).body("", empty());
    }

    @Test
    void retentionLeavesReportsAndKeepsWhatServedIsPinnedOrIsNew() {
        service.promote("policy-old", 0.1f);
        for (int i = 2; i <= 6; i++) {
            service.reject(service.add("policy-old", i));
        }
        put("/api/models/policy-old/versions/3/pin", "{\"pinned\": true}")
                .statusCode(200)
                .body("pinned", equalTo(true));
        assertThat(Await.item(() -> settings.retain("policy-old", 2))).isEqualTo(2);
        assertThat(Await.item(() -> settings.retain("policy-old", 2))).isZero();

        problem("/api/models/policy-old/promote", "{\"version\": 2, \"force\": true}")
                .statusCode(409)
                .body("type", containsString("artefact-gone"))
                .body("detail", containsString("its report stays"));
        given().get("/api/models/policy-old/versions/2")
                .then()
                .statusCode(200)
                .body("report.probe.features", hasSize(32));
        for (int kept : new int[] {1, 3, 5, 6}) {
            assertThat(Await.item(() -> registry.artefact("policy-old", kept))).isNotEmpty();
        }
        ModelVersion again = service.add("policy-old", 2);
        assertThat(Await.item(() -> registry.artefact("policy-old", again.version())))
                .as("the same bytes have come again")
                .isNotEmpty();
    }

    @Test
    void aliasesNameVersions() {
        service.promote("policy-alias", 0.1f);
        service.promote("policy-alias", 0.2f);
        ModelVersion third = service.add("policy-alias", 0.3f);
        Await.item(() -> registry.challenge("policy-alias", third.version(), "passed the gate"));
        Map.of("champion", 2, "previous", 1, "challenger", 3)
                .forEach((alias, version) ->
                        given().get("/api/models/policy-alias/versions/" + alias)
                                .then()
                                .statusCode(200)
                                .body("version", equalTo(version)));
        given().get("/api/models/policy-alias/versions/nonsense").then().statusCode(404);
    }

    @Test
    void aShareOfKeysIsAnsweredByTheChallengerAlwaysTheSameOnes() {
        service.promote("policy-share", 0.1f);
        ModelVersion challenger = service.add("policy-share", 0.2f);
        Await.item(() -> server.shadow("policy-share", challenger.version(), 0.3));
        Map<String, Integer> answeredBy = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            answeredBy.put("user-" + i, version(predict("policy-share", "user-" + i)));
        }
        assertThat(answeredBy.values().stream().filter(version -> version == 2).count())
                .as("binomial(60, 0.3) is within 8 to 29 but for one in 400")
                .isBetween(8L, 29L);
        answeredBy.forEach((key, version) -> {
            assertThat(version(predict("policy-share", key))).isEqualTo(version);
            assertThat(
                            version(
                                    given().contentType(ContentType.JSON)
                                            .body(ROW)
                                            .post("/api/models/policy-share/predict?key=" + key)
                                            .then()))
                    .isEqualTo(version);
        });
        given().contentType(ContentType.JSON)
                .body(ROW)
                .post("/api/models/policy-share/predict")
                .then()
                .body("version", equalTo(1));
        server.endShadow("policy-share");
        answeredBy
                .keySet()
                .forEach(key -> assertThat(version(predict("policy-share", key))).isEqualTo(1));
    }

    private static int version(ValidatableResponse answer) {
        return answer.statusCode(200).extract().path("version");
    }

    private static ValidatableResponse predict(String model, String key) {
        return given().contentType(ContentType.JSON)
                .header("Auspex-Key", key)
                .body(ROW)
                .post("/api/models/" + model + "/predict")
                .then();
    }

    private static ValidatableResponse put(String path, String json) {
        return given().contentType(ContentType.JSON).body(json).put(path).then();
    }

    private static ValidatableResponse problem(String path, String json) {
        return given().contentType(ContentType.JSON).body(json).post(path).then();
    }
}
