package io.auspex.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.api.LiveService;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes of retraining, in a service without a feed. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RetrainingTest {

    @Inject LiveService service;

    @Test
    void showsTheConfiguredRulesOfAModelThatHasNoneOfItsOwn() {
        service.declare("retraining-rules");
        given().get("/api/models/retraining-rules/retraining/status")
                .then()
                .statusCode(200)
                .body("model", equalTo("retraining-rules"))
                .body("automatic", equalTo(false))
                .body("trainer_running", equalTo(true))
                .body("clock", equalTo("wall"))
                .body("decision", nullValue())
                .body("rules.enabled", equalTo(true))
                .body("rules.time.schedule", equalTo("weekly sunday 03:00"))
                .body("rules.time.zone", equalTo("UTC"))
                .body("rules.performance.accuracy_threshold", nullValue())
                .body("rules.performance.against_base_rate", equalTo(true))
                .body("rules.drift.psi", equalTo(0.25f))
                .body("rules.trades.every", equalTo(10))
                .body("rules.limits.max_per_day", equalTo(3))
                .body("rules.limits.min_new_candles", equalTo(1000))
                .body("rules.limits.cooldown", equalTo("PT6H"))
                .body("rules.limits.max_consecutive_failures", equalTo(3));
    }

    @Test
    void startsWithAChangeAndStops() {
        service.declare("retraining-start");
        String retraining = "/api/models/retraining-start/retraining";
        post(
                        retraining + "/start",
                        """
                        {"time_based": true, "interval_hours": 24, "performance_based": true, "accuracy_threshold": 0.7,
                         "max_retraining_per_day": 5, "min_data_points": 2000}
                        """)
                .statusCode(200)
                .body("rules.time.schedule", equalTo("every 24h"))
                .body("rules.performance.accuracy_threshold", equalTo(0.7f))
                .body("rules.limits.max_per_day", equalTo(5))
                .body("rules.limits.min_new_candles", equalTo(2000));
        given().noContentType()
                .post(retraining + "/stop")
                .then()
                .statusCode(200)
                .body("rules.enabled", equalTo(false));
        post("/api/models/retraining-start/train", "").statusCode(202);
        given().noContentType()
                .post(retraining + "/start")
                .then()
                .statusCode(200)
                .body("rules.enabled", equalTo(true))
                .body("rules.time.schedule", equalTo("every 24h"));
        problem(post("/api/models/retraining-start/train", ""), 409, "refit-running");
    }

    @Test
    void replacesAllRulesByThoseItShows() {
        service.declare("retraining-put");
        String retraining = "/api/models/retraining-put/retraining";
        Map<String, Object> rules = given().get(retraining + "/status").jsonPath().getMap("rules");
        rules.put(
                "time",
                Map.of("enabled", true, "schedule", "cron 30 4 * * 1-5", "zone", "Europe/Berlin"));
        put(retraining, rules)
                .statusCode(200)
                .body("rules.time.schedule", equalTo("cron 30 4 * * 1-5"));
        rules.put("time", Map.of("enabled", true, "schedule", "soon", "zone", "UTC"));
        problem(put(retraining, rules), 400, "invalid-rules")
                .body("detail", containsString("'weekly sunday 03:00'"));
        rules.remove("time");
        problem(put(retraining, rules), 400, "invalid-rules");
        problem(put(retraining, Map.of("colour", "red")), 400, "invalid-rules");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"interval_hours\": 0} | invalid-rules | interval_hours must be 1 to 87600: 0",
                "{\"accuracy_threshold\": 1.5} | invalid-rules | accuracy_threshold must be 0 to 1: 1.5",
                "{\"max_retraining_per_day\": 0} | invalid-rules | max_retraining_per_day must be at least 1: 0",
                "{\"min_data_points\": -1} | invalid-rules | min_data_points must not be negative: -1",
                "{\"time_based\": \"often\"} | invalid-field | time_based",
                "{\"interval\": 3} | unknown-field | interval",
            })
    void refusesWhatNoRuleCanBe(String body, String slug, String detail) {
        service.declare("retraining-refused");
        problem(post("/api/models/retraining-refused/retraining/start", body), 400, slug)
                .body("detail", containsString(detail));
    }

    @Test
    void doesNotKnowModelsThatAreNotThere() {
        String retraining = "/api/models/nobody/retraining";
        problem(given().get(retraining + "/status").then(), 404, "no-such-model");
        problem(post(retraining + "/start", "{}"), 404, "no-such-model");
        problem(post(retraining + "/stop", "{}"), 404, "no-such-model");
        problem(put(retraining, Map.of("enabled", true)), 404, "no-such-model");
        problem(post("/api/trainer/force-update", "{\"model\": \"nobody\"}"), 404, "no-such-model");
        problem(given().get(retraining + "/status?limit=0").then(), 400, "invalid-parameter");
    }

    @Test
    void switchesTheTrainerAndShowsWhatItDoes() {
        given().noContentType()
                .post("/api/trainer/stop")
                .then()
                .statusCode(200)
                .body("running", equalTo(false));
        given().get("/api/trainer/status")
                .then()
                .statusCode(200)
                .body("running", equalTo(false))
                .body("clock", equalTo("wall"))
                .body("now", notNullValue())
                .body("data.feed", nullValue())
                .body("data.message", equalTo("no feed runs here"))
                .body("next_training", nullValue())
                .body("workers.limit", equalTo(1));
        given().noContentType()
                .post("/api/trainer/start")
                .then()
                .statusCode(200)
                .body("running", equalTo(true));
    }

    @Test
    void forcesAnUpdateOfOneModelAndShowsItInTheQueueUntilItIsCancelled() {
        service.declare("retraining-forced");
        int refit =
                post("/api/trainer/force-update", "{\"model\": \"retraining-forced\"}")
                        .statusCode(202)
                        .body("refreshed", equalTo(false))
                        .body("message", equalTo("no feed runs here"))
                        .body("refits[0].model", equalTo("retraining-forced"))
                        .extract()
                        .path("refits[0].refit");
        problem(
                post("/api/trainer/force-update", "{\"model\": \"retraining-forced\"}"),
                409,
                "refit-running");
        given().get("/api/trainer/status").then().body("queue.id", hasItem(refit));
        given().noContentType()
                .post("/api/refits/" + refit + "/cancel")
                .then()
                .statusCode(200)
                .body("state", equalTo("CANCELLED"));
        problem(
                given().noContentType().post("/api/refits/" + refit + "/cancel").then(),
                409,
                "refit-finished");
        problem(
                given().noContentType().post("/api/refits/999999/cancel").then(),
                404,
                "no-such-refit");
        given().noContentType()
                .post("/api/trainer/force-update")
                .then()
                .statusCode(202)
                .body("refits.size()", equalTo(0));
    }

    @Test
    void isDescribed() {
        assertThat(given().get("/q/openapi?format=json").asString())
                .contains(
                        "/api/models/{name}/retraining/status",
                        "/api/models/{name}/retraining/start",
                        "/api/models/{name}/retraining/stop",
                        "/api/models/{name}/retraining/rules",
                        "/api/trainer/status",
                        "/api/trainer/start",
                        "/api/trainer/stop",
                        "/api/trainer/force-update",
                        "/api/refits/{id}/cancel",
                        "max_retraining_per_day",
                        "remaining_seconds");
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType(ContentType.JSON).body(body).post(path).then();
    }

    private static ValidatableResponse put(String retraining, Map<String, Object> rules) {
        return given().contentType(ContentType.JSON).body(rules).put(retraining + "/rules").then();
    }

    private static ValidatableResponse problem(
            ValidatableResponse response, int status, String slug) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("slug", equalTo(slug));
    }
}
