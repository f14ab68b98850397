package io.auspex.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.auspex.api.LiveService;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class BacktestsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MODEL = "backtests-api";

    @Inject LiveService service;

    @BeforeEach
    void warmUp() {
        service.warmUp();
        service.promote(MODEL, -3f);
    }

    private static ValidatableResponse post(String body) {
        return given().contentType(ContentType.JSON).body(body).post("/api/backtests").then();
    }

    private static String asked(String more) {
        return "{\"model\": \"" + MODEL + "\", \"feed\": \"" + LiveService.FEED + "\"" + more + "}";
    }

    private static int run(String more) {
        int id =
                post(asked(more))
                        .statusCode(202)
                        .header("Location", containsString("/api/backtests/"))
                        .body("kind", equalTo("backtest"))
                        .extract()
                        .path("id");
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String state = given().get("/api/backtests/" + id).then().extract().path("state");
            if (state.equals("SUCCEEDED")) {
                return id;
            }
            assertThat(state).isIn("QUEUED", "RUNNING");
            assertThat(System.nanoTime()).isLessThan(until);
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void aBacktestIsMadeFollowedAndReportedInEveryForm() {
        int id =
                run(
                        ", \"allow_in_sample\": true, \"symbols\": [\"ETHBTC\", \"ADABTC\"],"
                                + " \"rule\": {\"minimum_edge\": 0.0195, \"round_trip_fee\": 0.001,"
                                + " \"minimum_net_return\": 0, \"maximum_stop_probability\": 1},"
                                + " \"rules\": {\"horizon_candles\": 3, \"max_positions\": 2}");
        given().get("/api/backtests/" + id)
                .then()
                .statusCode(200)
                .body("percent", equalTo(100))
                .body("phase", equalTo("done"))
                .body("plan.symbols", equalTo(java.util.List.of("ADABTC", "ETHBTC")))
                .body("plan.rules.position_share", equalTo(0.5f));
        int trades =
                given().get("/api/backtests/" + id + "/report.json")
                        .then()
                        .statusCode(200)
                        .body("running", equalTo(false))
                        .body("in_sample", equalTo(1.0f))
                        .body("symbols", hasSize(2))
                        .body("random.draws", equalTo(200))
                        .body("guards", containsString("coverage: not asked"))
                        .body("versions[0].decision", equalTo("given"))
                        .body("signals_sha256", notNullValue())
                        .extract()
                        .path("figures.trades");
        assertThat(trades).isPositive();
        given().get("/api/backtests/" + id + "/report.html")
                .then()
                .statusCode(200)
                .contentType("text/html")
                .header("Content-Security-Policy", startsWith("default-src 'none'"))
                .body(containsString("100.0 % of the signals are of closes"));
        String csv =
                given().get("/api/backtests/" + id + "/report.csv")
                        .then()
                        .statusCode(200)
                        .contentType("text/csv")
                        .extract()
                        .asString();
        assertThat(csv.lines()).hasSize(trades + 1);
        assertThat(csv).startsWith("number,symbol,direction,version");
        given().get("/api/backtests/" + id + "/equity.csv")
                .then()
                .statusCode(200)
                .body(startsWith("day,equity,held,exposure,drawdown"));
        given().get("/api/backtests?kind=backtest").then().body("id", hasItem(id));
        given().post("/api/backtests/" + id + "/cancel")
                .then()
                .statusCode(409)
                .body("type", containsString("backtest-finished"));
    }

    @Test
    void whatAVersionMayHaveBeenTrainedOnIsRefusedUnlessAskedFor() {
        post(asked(""))
                .statusCode(400)
                .body("type", containsString("in-sample"))
                .body("detail", containsString("does not say what it was trained on"))
                .body("detail", containsString("\"allow_in_sample\": true"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|400|invalid-field|give the model",
                "{\"model\": \"nobody\"}|404|no-such-model|there is no model 'nobody'",
                "{\"model\": \"backtests-api\", \"feed\": \"replay:api-test\", \"version\": \"99\"}|404|no-such-version|has no version '99'",
                "{\"model\": \"backtests-api\", \"feed\": \"replay:other\"}|400|invalid-field|speaks for replay:api-test",
                "{\"model\": \"backtests-api\"}|400|invalid-field|give the feed",
                "{\"model\": \"backtests-api\", \"feed\": \"replay:api-test\", \"from\": \"2030-01-01T00:00:00Z\", \"allow_in_sample\": true}|400|no-candles|there is nothing from",
                "{\"model\": \"backtests-api\", \"feed\": \"replay:api-test\", \"symbols\": [\"NOPE\"], \"allow_in_sample\": true}|400|invalid-field|NOPE has no candles",
                "{\"model\": \"backtests-api\", \"feed\": \"replay:api-test\", \"rules\": {\"position_share\": 0.5}, \"allow_in_sample\": true}|400|invalid-field|at most 1",
                "{\"model\": \"backtests-api\", \"feed\": \"replay:api-test\", \"version\": \"as_it_would_have_been\", \"refit_schedule\": \"every 1m\"}|400|too-many-refits|choose a shorter period",
                "{\"model\": \"backtests-api\", \"feed\": \"replay:api-test\", \"version\": \"1\", \"versions\": []}|400|invalid-field|not both"
            })
    void badRequestsSayWhatToDo(String body, int status, String slug, String detail) {
        post(body)
                .statusCode(status)
                .body("type", containsString(slug))
                .body("detail", containsString(detail));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        given().get("/api/backtests/999999").then().statusCode(404);
        given().get("/api/backtests/one").then().statusCode(400);
        given().get("/api/backtests?kind=other").then().statusCode(400);
        given().get("/api/backtests/live?model=nobody")
                .then()
                .statusCode(404)
                .body("type", containsString("no-dry-run"));
    }

    @Test
    void theDryRunReportsWhileItGoesOn() {
        service.close();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (given().get("/api/backtests/live?model=" + MODEL).statusCode() != 200) {
            assertThat(System.nanoTime()).isLessThan(until);
            LockSupport.parkNanos(20_000_000);
        }
        given().get("/api/dry-runs").then().body("model", hasItem(MODEL));
        given().get("/api/backtests/live/report.json?model=" + MODEL)
                .then()
                .statusCode(200)
                .body("kind", equalTo("dry_run"))
                .body("running", equalTo(true))
                .body("deflated", nullValue())
                .body("guards", startsWith("all"));
        given().get("/api/backtests/live/report.html?model=" + MODEL)
                .then()
                .statusCode(200)
                .body(containsString("Dry run of " + MODEL));
        given().contentType(ContentType.JSON)
                .body("{\"model\": \"" + MODEL + "\", \"rules\": {\"shorts\": false}}")
                .post("/api/dry-runs")
                .then()
                .statusCode(200)
                .body("plan.rules.shorts", equalTo(false));
    }

    @Test
    void theAnalysisOfAModelShowsItsVersionsAndItsMarket() {
        for (int n = 0; n < 3; n++) {
            service.close();
        }
        given().get("/api/models/" + MODEL + "/analysis")
                .then()
                .statusCode(200)
                .body("model", equalTo(MODEL))
                .body("champion", greaterThan(0))
                .body("versions[0].version", greaterThan(0))
                .body("versions[0].skill", nullValue())
                .body("correlations", hasSize(3))
                .body("recommendations", hasSize(0));
        given().get("/api/models/nobody/analysis").then().statusCode(404);
    }
}
