package io.auspex.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.api.LiveService;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class AdminTest {

    @Inject LiveService service;

    @BeforeEach
    void warmUp() {
        service.warmUp();
    }

    @Test
    void showsEverythingAtAGlance() {
        service.promote("admin-glance", 0.1f);
        service.declare("admin-empty");
        service.close();
        given().get("/api/status")
                .then()
                .statusCode(200)
                .body("version", notNullValue())
                .body("uptime_seconds", greaterThanOrEqualTo(0))
                .body("database.kind", equalTo("embedded"))
                .body("feed.state", equalTo("OFF"))
                .body("ledger.head", greaterThanOrEqualTo(3))
                .body("signals.skipped_closes", equalTo(0))
                .body("models.find { it.name == 'admin-glance' }.champion", equalTo(1))
                .body("models.find { it.name == 'admin-glance' }.serving.version", equalTo(1))
                .body(
                        "models.find { it.name == 'admin-glance' }.last_decision",
                        equalTo("PROMOTED"))
                .body(
                        "models.find { it.name == 'admin-glance' }.last_reason",
                        equalTo("tiny but proven"))
                .body("models.find { it.name == 'admin-empty' }", hasKey("champion"))
                .body("models.find { it.name == 'admin-empty' }.champion", nullValue())
                .body("models.find { it.name == 'admin-empty' }.last_decision", nullValue());
    }

    @Test
    void showsAModelWithNullsForWhatIsNotThere() {
        service.declare("admin-nulls");
        JsonPath model =
                given().get("/api/models/admin-nulls").then().statusCode(200).extract().jsonPath();
        Map<String, Object> fields = model.getMap("");
        assertThat(fields)
                .containsEntry("name", "admin-nulls")
                .containsEntry("champion", null)
                .containsEntry("previous", null)
                .containsEntry("challenger", null);
        assertThat(model.getString("spec.market.timeframe")).isEqualTo("5m");
        given().get("/api/models").then().statusCode(200).body("name", hasItem("admin-nulls"));
    }

    @Test
    void showsVersionsWithTheirReportsAndRollsBack() {
        service.promote("admin-versions", 0.1f);
        service.promote("admin-versions", 0.2f);
        given().get("/api/models/admin-versions/versions")
                .then()
                .statusCode(200)
                .body("version", equalTo(List.of(2, 1)))
                .body("[0].state", equalTo("PROMOTED"))
                .body("[0].features", equalTo(3))
                .body("[0]", not(hasKey("report")));
        given().get("/api/models/admin-versions/versions/1")
                .then()
                .statusCode(200)
                .body("version", equalTo(1))
                .body("origin", equalTo("import:test"))
                .body("schema.names", hasSize(3))
                .body("report.probe.features", hasSize(32));
        post("/api/models/admin-versions/rollback")
                .statusCode(200)
                .body("name", equalTo("admin-versions"))
                .body("champion", equalTo(1))
                .body("previous", equalTo(2))
                .body("serving.version", equalTo(1));
        problem(
                given().get("/api/models/admin-versions/versions/9").then(),
                404,
                "no-such-version");
        problem(
                given().get("/api/models/admin-versions/versions/x").then(),
                404,
                "no-such-version");
    }

    @Test
    void promotesAStoredVersionByHand() {
        String model = "/api/models/admin-hand";
        service.promote("admin-hand", 0.1f);
        service.add("admin-hand", 0.2f);
        service.reject(service.add("admin-hand", 0.3f));
        promote(model, "{\"version\": 2}")
                .statusCode(200)
                .body("champion", equalTo(2))
                .body("previous", equalTo(1))
                .body("serving.version", equalTo(2))
                .body("serving.unproven", equalTo(true));
        promote(model, "{\"version\": 1}")
                .statusCode(200)
                .body("serving.version", equalTo(1))
                .body("serving.unproven", equalTo(false));
        problem(promote(model, "{\"version\": 1}"), 409, "already-champion");
        problem(promote(model, "{\"version\": 3}"), 409, "version-rejected");
        promote(model, "{\"version\": 3, \"force\": true, \"reason\": \"I know\"}")
                .statusCode(200)
                .body("serving.version", equalTo(3))
                .body("serving.unproven", equalTo(true));
        given().get(model + "/versions/3")
                .then()
                .body("state", equalTo("PROMOTED"))
                .body("unproven", equalTo(true))
                .body("reason", equalTo("I know"));
        problem(promote(model, "{\"version\": 9}"), 404, "no-such-version");
        problem(promote("/api/models/nobody", "{\"version\": 1}"), 404, "no-such-model");
        problem(promote(model, "{}"), 400, "invalid-field");
        problem(promote(model, "{\"versoin\": 1}"), 400, "unknown-field");
        problem(promote(model, "{\"version\": \"x\"}"), 400, "invalid-field");
    }

    @Test
    void acceptsATrainingAndRefusesASecond() {
        service.declare("admin-train");
        ValidatableResponse accepted = post("/api/models/admin-train/train").statusCode(202);
        JsonPath refit = accepted.extract().jsonPath();
        assertThat(refit.getString("model")).isEqualTo("admin-train");
        assertThat(refit.getMap(""))
                .containsKeys("state", "phase", "percent", "decision", "reason", "created_at");
        String location = accepted.extract().header("Location");
        assertThat(location).endsWith("/api/refits/" + refit.getLong("id"));
        given().get("/api/refits/" + refit.getLong("id"))
                .then()
                .statusCode(200)
                .body("id", equalTo(refit.getInt("id")));
        given().get("/api/refits?model=admin-train&limit=5")
                .then()
                .statusCode(200)
                .body("$", hasSize(1));
        problem(post("/api/models/admin-train/train"), 409, "refit-running");
    }

    @Test
    void readsTheLedgerBySymbolAndSequence() {
        service.promote("admin-ledger", 0.1f);
        service.close();
        long head = given().get("/api/status").jsonPath().getLong("ledger.head");
        service.close();
        List<Integer> after =
                given().get("/api/signals?after=" + head + "&limit=1000")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getList("seq");
        assertThat(after).isNotEmpty().isSorted();
        assertThat(after.getFirst()).isEqualTo((int) head + 1);
        JsonPath one =
                given().get("/api/signals?symbol=ETHBTC&limit=1")
                        .then()
                        .statusCode(200)
                        .body("$", hasSize(1))
                        .body("symbol", everyItem(equalTo("ETHBTC")))
                        .extract()
                        .jsonPath();
        String id = one.getString("[0].id");
        assertThat(one.getMap("[0]").keySet())
                .contains(
                        "id",
                        "epoch",
                        "seq",
                        "symbol",
                        "close_time",
                        "action",
                        "reason",
                        "model",
                        "version",
                        "schema_hash",
                        "heads",
                        "confidence",
                        "created_at");
        given().get("/api/signals/" + id)
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("close_time", containsString("T"));
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource({
        "/api/models/nobody, 404, no-such-model",
        "/api/models/nobody/versions, 404, no-such-model",
        "/api/models/nobody/versions/1, 404, no-such-model",
        "/api/refits/999999, 404, no-such-refit",
        "/api/refits/x, 400, invalid-parameter",
        "/api/refits?limit=0, 400, invalid-parameter",
        "/api/refits?limit=1001, 400, invalid-parameter",
        "/api/refits?limit=x, 400, invalid-parameter",
        "/api/signals?limit=-1, 400, invalid-parameter",
        "/api/signals?after=x, 400, invalid-parameter",
        "/api/signals?after=-1, 400, invalid-parameter",
        "/api/signals?symbol=eth, 400, invalid-parameter",
        "/api/signals/nobody, 404, no-such-signal",
        "/api/nothing, 404, no-such-route",
        "/api/models/nobody/train, 405, method-not-allowed",
    })
    void saysNoAsAProblem(String path, int status, String slug) {
        problem(given().get(path).then(), status, slug);
    }

    @Test
    void saysNoToPostsAsAProblem() {
        problem(post("/api/models/nobody/train"), 404, "no-such-model");
        problem(post("/api/models/nobody/rollback"), 404, "no-such-model");
        service.promote("admin-once", 0.1f);
        problem(post("/api/models/admin-once/rollback"), 409, "no-previous");
        problem(
                given().contentType(ContentType.XML)
                        .body("<x/>")
                        .post("/api/models/admin-once/predict")
                        .then(),
                415,
                "unsupported-media-type");
        problem(
                given().contentType(ContentType.JSON)
                        .body(new byte[11 * 1024 * 1024])
                        .post("/api/models/admin-once/predict")
                        .then(),
                413,
                "too-large");
    }

    @Test
    void describesItselfAsOpenApi() {
        String document =
                given().get("/q/openapi?format=json").then().statusCode(200).extract().asString();
        assertThat(document)
                .contains(
                        "/api/status",
                        "/api/models/{name}/predict",
                        "\"timeout\"",
                        "#/components/schemas/Predictions",
                        "expected_return_interval",
                        "/api/models/{name}/promote",
                        "/api/signals",
                        "/v2/models/{model}/infer",
                        "schema_hash");
    }

    private static ValidatableResponse promote(String model, String body) {
        return given().contentType(ContentType.JSON).body(body).post(model + "/promote").then();
    }

    private static ValidatableResponse post(String path) {
        return given().post(path).then();
    }

    private static ValidatableResponse problem(
            ValidatableResponse response, int status, String slug) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("slug", equalTo(slug))
                .body("type", equalTo("urn:auspex:" + slug))
                .body("title", notNullValue())
                .body("detail", notNullValue());
    }
}
