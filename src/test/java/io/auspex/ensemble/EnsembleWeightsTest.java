package io.auspex.ensemble;

import static io.auspex.ensemble.WeightRequests.DEFAULTS;
import static io.auspex.ensemble.WeightRequests.put;
import static io.auspex.ensemble.WeightRequests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Weights, their history, and who else hears of them, against a real database. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class EnsembleWeightsTest {

    @Inject WeightsInForce inForce;
    @Inject DataSource jdbc;
    @Inject EnsembleTestMarket market;

    @BeforeEach
    void aMarketHasHistory() {
        market.begin();
        put(DEFAULTS).statusCode(200);
    }

    @Test
    void weightsAreSetWholeAndEveryChangeIsKept() {
        given().get("/api/models/weights")
                .then()
                .statusCode(200)
                .body("lava_ai_weight", equalTo(0.35f))
                .body("mistral_ai_weight", equalTo(0.0f))
                .body("last_updated", notNullValue());
        Map<String, Object> other = new LinkedHashMap<>(DEFAULTS);
        other.put("lgbm_ai_weight", 0.5);
        other.put("ensemble-test-5m_weight", 0.1);
        other.put("reason", "a better quarter");
        put(other).statusCode(200).body("'ensemble-test-5m_weight'", equalTo(0.1f));
        given().queryParam("limit", 2)
                .get("/api/models/weights/history")
                .then()
                .statusCode(200)
                .body("member", equalTo(List.of("lgbm_ai", EnsembleTestMarket.MODEL)))
                .body("old_weight", equalTo(Arrays.asList(0.4f, null)))
                .body("new_weight", equalTo(List.of(0.5f, 0.1f)))
                .body("[0].reason", equalTo("set over REST: a better quarter"));
        assertThat(inForce.get().orElseThrow().of("lgbm_ai")).isEqualTo(0.5);
        // What was read can be written, and a further member leaves with the weight 0.
        Map<String, Object> read =
                new LinkedHashMap<>(
                        given().get("/api/models/weights").then().extract().as(Map.class));
        read.put("ensemble-test-5m_weight", 0);
        put(read).statusCode(200).body("'ensemble-test-5m_weight'", nullValue());
    }

    @Test
    void wrongWeightsAreRefusedWithWhatToDo() {
        put(Map.of("trading_ai_weight", 1))
                .statusCode(400)
                .body("detail", containsString("lava_ai_weight is missing"));
        put(with("lgbm_ai_weight", -0.1))
                .statusCode(400)
                .body("detail", containsString("lgbm_ai_weight must be a number from 0"));
        put(with("lgbm_ai_weight", "much")).statusCode(400);
        put(with("stranger_weight", 0.1))
                .statusCode(400)
                .body("detail", containsString("no model of a market is called stranger"));
        put(with("weight_of_lgbm", 0.1))
                .statusCode(400)
                .body("detail", containsString("unknown field 'weight_of_lgbm'"));
        put(Map.of(
                        "trading_ai_weight", 0,
                        "lava_ai_weight", 0,
                        "lgbm_ai_weight", 0,
                        "mistral_ai_weight", 0))
                .statusCode(400)
                .body("detail", containsString("not all weights may be 0"));
        given().contentType(ContentType.JSON)
                .body(
                        "{\"trading_ai_weight\": 1e999, \"lava_ai_weight\": 0, \"lgbm_ai_weight\": 0, \"mistral_ai_weight\": 0}")
                .put("/api/models/weights")
                .then()
                .statusCode(400);
        given().get("/api/models/weights").then().body("lgbm_ai_weight", equalTo(0.4f));
    }

    @Test
    void noModelCanHaveTheNameOfAPathOrOfAMember() {
        for (String name : List.of("weights", "performance", "ensemble", "lgbm_ai")) {
            assertThatThrownBy(() ->
                            ModelSpec.standard(
                                    name,
                                    new MarketSpec(
                                            EnsembleTestMarket.FEED,
                                            List.of(),
                                            EnsembleTestMarket.FIVE)))
                    .hasMessageContaining("Auspex uses itself");
        }
    }

    /** Another process changes them: news over the database, no request to this one. */
    @Test
    void weightsThatAnotherProcessSetsAreSeen() throws Exception {
        long before = inForce.get().orElseThrow().revision();
        try (var connection = jdbc.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "update ensemble_weights set revision = revision + 1,"
                            + " weights = jsonb_set(weights, '{lgbm_ai}', '0.77')");
            statement.execute("select pg_notify('auspex_weights', '')");
        }
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (inForce.get().orElseThrow().revision() == before && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(inForce.get().orElseThrow().of("lgbm_ai")).isEqualTo(0.77);
    }

    @Test
    void theHistoryCannotBeChanged() throws SQLException {
        put(with("lgbm_ai_weight", 0.41)).statusCode(200);
        try (var connection = jdbc.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "insert into learning_step values ('nobody', 'PASSED', 1, '{}', 'a test')"
                            + " on conflict do nothing");
            for (String change :
                    List.of(
                            "delete from weight_change",
                            "update weight_change set new_weight = 1",
                            "truncate weight_change",
                            "delete from learning_step",
                            "truncate trade_result")) {
                assertThatThrownBy(() -> statement.execute(change))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("append-only");
            }
        }
    }
}
