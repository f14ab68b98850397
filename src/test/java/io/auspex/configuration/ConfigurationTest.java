package io.auspex.configuration;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.api.LiveService;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.security.AuditLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The configuration goes out, is changed, and comes in again, in a running service. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ConfigurationTest {

    private static final String MODEL = "configured";
    private static final String OTHER = "configured-too";

    @Inject LiveService service;
    @Inject AuditLog audit;

    private String before;

    @BeforeEach
    void asItWas() {
        service.declare(MODEL);
        service.declare(OTHER);
        before = export().asString();
    }

    /** Others use the service too. */
    @AfterEach
    void asItWasAgain() {
        post(before, "").statusCode(200);
    }

    @Test
    void whatIsExportedIsWhatIsInForceAndItsTagIsTheHashOfItsBytes() throws Exception {
        export().then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("version", equalTo(1))
                .body("trainer.running", equalTo(true))
                .body("ensemble.weights.lgbm_ai", equalTo(0.4f))
                .body("models.configured.refit_enabled", equalTo(true))
                .body("models.configured.shadow_closes", equalTo(0))
                .body("models.configured.retraining", nullValue());
        assertThat(export().header("ETag")).isEqualTo("\"" + sha256(before) + "\"");
    }

    @Test
    void aChangedDocumentTakesEffectAndSaysWhatChanged() throws Exception {
        ObjectNode document = document();
        weights(document).put("lgbm_ai", 0.5).put(OTHER, 0.125);
        model(document).put("refit_enabled", false).put("shadow_closes", 12);
        model(document).set("retraining", rules("cron 30 4 * * 1-5"));
        post(document.toString(), "?reason=a better quarter")
                .statusCode(200)
                .body("applied", equalTo(true))
                .body(
                        "changes.path",
                        equalTo(
                                List.of(
                                        "/ensemble/weights/lgbm_ai",
                                        "/ensemble/weights/configured-too",
                                        "/models/configured/refit_enabled",
                                        "/models/configured/shadow_closes",
                                        "/models/configured/retraining")))
                .body("changes[0].from", equalTo(0.4f))
                .body("changes[0].to", equalTo(0.5f))
                .body("changes[1].from", nullValue());
        given().get("/api/models/weights")
                .then()
                .body("lgbm_ai_weight", equalTo(0.5f))
                .body("configured-too_weight", equalTo(0.125f));
        given().get("/api/models/weights/history?member=lgbm_ai&limit=1")
                .then()
                .body("[0].new_weight", equalTo(0.5f))
                .body("[0].reason", equalTo("imported over REST: a better quarter"));
        given().get("/api/models/configured/retraining/status")
                .then()
                .body("rules.time.schedule", equalTo("cron 30 4 * * 1-5"));
        given().contentType(ContentType.JSON)
                .post("/api/models/configured/train")
                .then()
                .statusCode(409)
                .body("slug", equalTo("model-frozen"));
        audit.flush();
        assertThat(audit.rows(0, 10_000, "config.import").getLast())
                .satisfies(row -> {
                    assertThat(row.outcome()).isEqualTo("done");
                    assertThat(row.detail())
                            .startsWith("changed: /ensemble/weights/lgbm_ai")
                            .endsWith("reason: a better quarter");
                });
    }

    @Test
    void aDryRunSaysWhatWouldChangeAndChangesNothing() throws Exception {
        ObjectNode document = document();
        weights(document).put("lava_ai", 0.75);
        String hash =
                post(document.toString(), "?dry_run=true")
                        .statusCode(200)
                        .body("applied", equalTo(false))
                        .body("changes.path", equalTo(List.of("/ensemble/weights/lava_ai")))
                        .extract()
                        .path("hash");
        assertThat(export().asString()).isEqualTo(before);
        post(document.toString(), "").statusCode(200).body("hash", equalTo(hash));
        assertThat(export().header("ETag")).isEqualTo("\"" + hash + "\"");
        post(document.toString(), "?dry_run=perhaps")
                .statusCode(400)
                .body("slug", equalTo("invalid-parameter"));
    }

    @Test
    void everyFaultIsNamedWithItsPathAndNothingIsChanged() throws Exception {
        ObjectNode document = document();
        weights(document).put("lgbm_ai", 0.9).put("trading_ai", -1).put("stranger", 0.1);
        model(document).put("shadow_closes", -3).put("colour", "red").remove("refit_enabled");
        ObjectNode rules = rules("never");
        rules.withObject("/limits").put("max_per_day", 0).put("cooldown", "-PT1H");
        rules.withObject("/performance").put("min_outcomes", "200");
        rules.withObject("/drift").put("min_rows", 1.5).remove("psi");
        model(document).set("retraining", rules);
        document.withObject("/models")
                .set("nobody", document.path("models").path(OTHER).deepCopy());
        post(document.toString(), "")
                .statusCode(400)
                .contentType("application/problem+json")
                .body("slug", equalTo("invalid-configuration"))
                .body(
                        "problems.path.sort()",
                        equalTo(
                                List.of(
                                        "/ensemble/weights/stranger",
                                        "/ensemble/weights/trading_ai",
                                        "/models/configured/colour",
                                        "/models/configured/refit_enabled",
                                        "/models/configured/retraining/drift/min_rows",
                                        "/models/configured/retraining/drift/psi",
                                        "/models/configured/retraining/limits/cooldown",
                                        "/models/configured/retraining/limits/max_per_day",
                                        "/models/configured/retraining/performance/min_outcomes",
                                        "/models/configured/shadow_closes",
                                        "/models/nobody")))
                .body("problems.message", hasItem("closes must be 0 to 100000: -3"))
                .body("problems.message", hasItem("max_per_day must be at least 1: 0"))
                .body("detail", containsString("/models/nobody"));
        assertThat(export().asString()).isEqualTo(before);
    }

    @Test
    void anotherFormatIsRefusedBeforeAnythingElseIsLookedAt() throws Exception {
        refused("{\"version\": 2, \"colour\": \"red\"}", "/version");
        refused("{\"version\": \"1\"}", "/version");
        refused("{}", "/version");
        refused("[]", "");
        refused("{\"version\": 1", "");
        refused("{\"version\": 1, \"version\": 1}", "");
        refused(document().toString() + " {}", "");
        refused(document().put("secrets", "please").toString(), "/secrets");
        refused(without("ensemble"), "/ensemble");
        ObjectNode nothing = document();
        weights(nothing).fieldNames().forEachRemaining(name -> weights(nothing).put(name, 0));
        refused(nothing.toString(), "/ensemble/weights");
    }

    @Test
    void aConfigurationThatHasChangedMeanwhileIsNotOverwritten() throws Exception {
        String seen = export().header("ETag");
        ObjectNode theirs = document();
        weights(theirs).put("lgbm_ai", 0.6);
        ObjectNode mine = document();
        weights(mine).put("lgbm_ai", 0.7);
        ifMatch(seen, theirs.toString()).statusCode(200);
        ifMatch(seen, mine.toString())
                .statusCode(412)
                .contentType("application/problem+json")
                .header("ETag", equalTo(export().header("ETag")))
                .body("slug", equalTo("configuration-changed"));
        given().get("/api/models/weights").then().body("lgbm_ai_weight", equalTo(0.6f));
        ifMatch(export().header("ETag"), mine.toString()).statusCode(200);
        ifMatch("*", theirs.toString()).statusCode(200);
    }

    @Test
    void modelsThatAreLeftOutKeepWhatTheyHaveAndEqualWeightsKeepTheirRevision() throws Exception {
        ObjectNode document = document();
        model(document).put("challenger_share", 0.25);
        post(document.toString(), "").statusCode(200).body("changes", hasSize(1));
        ObjectNode without = document();
        without.withObject("/models").removeAll();
        String updated = given().get("/api/models/weights").path("last_updated");
        post(without.toString(), "").statusCode(200).body("changes", hasSize(0));
        export().then().body("models.configured.challenger_share", equalTo(0.25f));
        given().get("/api/models/weights").then().body("last_updated", equalTo(updated));
    }

    /** Random configurations, one after the other: what went in comes out, byte for byte. */
    @Test
    void exportImportExportIsTheSameBytes() throws Exception {
        Random random = new Random(20261126);
        for (int round = 0; round < 12; round++) {
            ObjectNode wild = document();
            wild.withObject("/trainer").put("running", random.nextBoolean());
            weights(wild).put("lgbm_ai", number(random)).put("mistral_ai", number(random));
            if (random.nextBoolean()) {
                weights(wild).put(OTHER, number(random));
            } else {
                weights(wild).remove(OTHER);
            }
            model(wild)
                    .put("refit_enabled", random.nextBoolean())
                    .put("shadow_closes", random.nextInt(100_001))
                    .put("challenger_share", random.nextDouble());
            if (random.nextInt(4) == 0) {
                model(wild).putNull("retraining");
            } else {
                ObjectNode rules = rules("every " + (1 + random.nextInt(48)) + "h");
                rules.withObject("/performance").put("accuracy_threshold", random.nextDouble());
                rules.withObject("/drift").put("psi", 1e-9 + random.nextDouble());
                rules.withObject("/limits").put("cooldown", "PT" + random.nextInt(9_999) + "S");
                model(wild).set("retraining", rules);
            }
            post(wild.toString(), "").statusCode(200);
            Response first = export();
            post(first.asString(), "").statusCode(200).body("changes", hasSize(0));
            assertThat(export().asString()).isEqualTo(first.asString());
            // Through another configuration and back.
            post(before, "").statusCode(200).header("ETag", not(first.header("ETag")));
            post(first.asString(), "").statusCode(200);
            assertThat(export().asString()).isEqualTo(first.asString());
        }
    }

    private static double number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> Math.scalb(1 + random.nextDouble(), -40);
            case 2 -> random.nextInt(1_000_000) + 0.1;
            default -> random.nextDouble();
        };
    }

    private static Response export() {
        return given().get("/api/config/export");
    }

    private static ObjectNode document() throws Exception {
        return (ObjectNode) Json.mapper().readTree(export().asString());
    }

    private static String without(String section) throws Exception {
        ObjectNode document = document();
        document.remove(section);
        return document.toString();
    }

    private static ObjectNode weights(ObjectNode document) {
        return document.withObject("/ensemble/weights");
    }

    private static ObjectNode model(ObjectNode document) {
        return document.withObject("/models/" + MODEL);
    }

    /** The configured rules with another schedule. */
    private static ObjectNode rules(String schedule) throws Exception {
        ObjectNode rules =
                (ObjectNode)
                        Json.mapper()
                                .readTree(
                                        given().get("/api/models/" + OTHER + "/retraining/status")
                                                .asString())
                                .path("rules");
        rules.withObject("/time").put("schedule", schedule);
        return rules;
    }

    private static void refused(String document, String path) {
        post(document, "")
                .statusCode(400)
                .body("slug", equalTo("invalid-configuration"))
                .body("problems[0].path", equalTo(path));
    }

    private static ValidatableResponse post(String document, String query) {
        return given().contentType(ContentType.JSON)
                .body(document)
                .post("/api/config/import" + query)
                .then();
    }

    private static ValidatableResponse ifMatch(String tag, String document) {
        return given().contentType(ContentType.JSON)
                .header("If-Match", tag)
                .body(document)
                .post("/api/config/import")
                .then();
    }

    private static String sha256(String text) throws NoSuchAlgorithmException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
