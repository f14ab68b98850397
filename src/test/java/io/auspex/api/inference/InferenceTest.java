package io.auspex.api.inference;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.api.LiveService;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.TinyModels;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class InferenceTest {

    private static final String MODEL = "inference-tiny";
    private static final float BIAS = 0.1f;
    private static final TinyModels TINY = TinyModels.tiny().bias(BIAS);
    private static final String PREDICT = "/api/models/" + MODEL + "/predict";
    private static boolean promoted;
    private static int version;

    @Inject LiveService service;
    @Inject MeterRegistry meters;

    @BeforeEach
    void serve() {
        service.warmUp();
        if (!promoted) {
            version = service.promote(MODEL, BIAS).version();
            service.declare("inference-none");
            service.promote(
                    "inference-elsewhere",
                    new MarketSpec("replay:elsewhere", List.of(), Timeframe.FIVE_MINUTES),
                    BIAS);
            promoted = true;
        }
    }

    @Test
    void predictsTheLiveVectorOfASymbol() {
        MarketClose close = service.close();
        JsonPath answer =
                post(PREDICT, "{\"symbol\": \"ETHBTC\"}").statusCode(200).extract().jsonPath();
        assertThat(answer.getString("model")).isEqualTo(MODEL);
        assertThat(answer.getInt("version")).isEqualTo(version);
        assertThat(answer.getString("schema_hash")).isEqualTo(TINY.schema().hash());
        assertThat(answer.getString("symbol")).isEqualTo("ETHBTC");
        assertThat(answer.getString("close_time"))
                .isEqualTo(Instant.ofEpochMilli(close.closeTimeMillis()).toString());
        assertThat(answer.getMap("heads").keySet())
                .containsExactly("p_up", "p_down", "expected_return", "p_stop");
        assertThat(answer.getDouble("expected_return_interval.coverage")).isEqualTo(0.9);
        assertThat(answer.getBoolean("unproven")).isFalse();

        JsonPath vector =
                given().get("/api/features/ETHBTC?model=" + MODEL)
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath();
        float[] row = new float[TINY.schema().size()];
        Map<String, Number> features = vector.getMap("features");
        for (int i = 0; i < row.length; i++) {
            row[i] = features.get(TINY.schema().names().get(i)).floatValue();
        }
        assertThat(answer.getDouble("heads.p_up"))
                .isEqualTo(TINY.answer(Head.P_UP, row), within(1e-6));
    }

    @Test
    void predictsGivenFeaturesByName() {
        JsonPath answer =
                post(PREDICT, features("1", "2", "3")).statusCode(200).extract().jsonPath();
        for (Head head : ModelKind.MARKET.heads()) {
            assertThat(answer.getDouble("heads." + head.code()))
                    .isEqualTo(TINY.answer(head, 1, 2, 3), within(1e-6));
        }
        assertThat(answer.getMap(""))
                .containsEntry("symbol", null)
                .containsEntry("close_time", null);
    }

    @Test
    void predictsManyRowsInTheirOrder() {
        String one = "{\"rsi_14@5m\": 1, \"momentum_24@5m\": 2, \"volatility_12@5m\": 3}";
        String other = "{\"volatility_12@5m\": 3e1, \"rsi_14@5m\":-1.5,\"momentum_24@5m\":0.25}";
        JsonPath answer =
                post(PREDICT, "{\"rows\": [" + one + "," + other + "," + one + "]}")
                        .statusCode(200)
                        .extract()
                        .jsonPath();
        assertThat(answer.getString("model")).isEqualTo(MODEL);
        assertThat(answer.getInt("version")).isEqualTo(version);
        assertThat(answer.getList("predictions")).hasSize(3);
        for (Head head : ModelKind.MARKET.heads()) {
            String path = "].heads." + head.code();
            assertThat(answer.getDouble("predictions[0" + path))
                    .isEqualTo(TINY.answer(head, 1, 2, 3), within(1e-6));
            assertThat(answer.getDouble("predictions[1" + path))
                    .isEqualTo(TINY.answer(head, -1.5f, 0.25f, 30), within(1e-6));
            assertThat(answer.getDouble("predictions[2" + path))
                    .isEqualTo(answer.getDouble("predictions[0" + path));
        }
        assertThat(answer.getDouble("predictions[1].expected_return_interval.coverage"))
                .isEqualTo(0.9);
        post(PREDICT, "{\"rows\": []}").statusCode(200).body("predictions", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 256, 257, 1000})
    void predictsBatchesOnAndOffTheEventLoopAsOneByOne(int count) {
        Random random = new Random(count);
        List<float[]> rows = new ArrayList<>();
        StringBuilder body = new StringBuilder("{\"rows\": [");
        for (int i = 0; i < count; i++) {
            float[] row = new float[3];
            for (int j = 0; j < 3; j++) {
                row[j] = (float) random.nextGaussian() * 100;
            }
            rows.add(row);
            String features =
                    features(
                            Float.toString(row[0]), Float.toString(row[1]), Float.toString(row[2]));
            body.append(i == 0 ? "" : ",")
                    .append(features, features.indexOf(':') + 1, features.length() - 1);
        }
        List<Number> up =
                post(PREDICT, body.append("]}").toString())
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getList("predictions.heads.p_up");
        assertThat(up).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(up.get(i).doubleValue())
                    .isEqualTo(TINY.answer(Head.P_UP, rows.get(i)), within(1e-6));
        }
    }

    @Test
    void whatCannotBeAnsweredInTimeIsNotScored() {
        String row = features("1", "2", "3");
        String rows =
                "{\"rows\": ["
                        + (row.substring(row.indexOf(':') + 1, row.length() - 1) + ",").repeat(999)
                        + row.substring(row.indexOf(':') + 1, row.length() - 1)
                        + "]}";
        post(PREDICT, rows).statusCode(200);
        long before = scored();
        problem(post(PREDICT + "?timeout=1", rows), 504, "deadline")
                .body("detail", containsString("nothing was scored"));
        assertThat(scored()).as("the model did not run").isEqualTo(before);
        post(PREDICT + "?timeout=20000", rows).statusCode(200);
        post(PREDICT + "?timeout=20000", row).statusCode(200);
        problem(post(PREDICT + "?timeout=soon", row), 400, "invalid-timeout");
    }

    @Test
    void readsABodyThatComesInPieces() throws IOException {
        String body = features("1", "2", "3");
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("POST "
                                    + PREDICT
                                    + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                    + "Content-Type: application/json\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < body.length(); i += 10) {
                String piece = body.substring(i, Math.min(body.length(), i + 10));
                out.write(
                        (Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 200").contains("\"p_up\":");
        }
    }

    @Test
    void predictIsAPostOfJson() {
        problem(given().get(PREDICT).then(), 405, "method-not-allowed")
                .header("Allow", equalTo("POST"));
        problem(
                given().contentType(ContentType.JSON)
                        .accept(ContentType.XML)
                        .body(features("1", "2", "3"))
                        .post(PREDICT)
                        .then(),
                406,
                "not-acceptable");
        problem(post(PREDICT, "{\"rows\": [" + "{},".repeat(3) + "{}]}"), 400, "invalid-features");
        problem(post(PREDICT, "{\"rows\": {}}"), 400, "invalid-request");
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"symbol\": }|malformed-json|line 1",
                "''|invalid-request|JSON object",
                "[]|invalid-request|JSON object",
                "{}|invalid-request|either symbol or features",
                "{\"symbol\": \"ETHBTC\", \"features\": {}}|invalid-request|not both",
                "{\"symbol\": 7}|invalid-symbol|must be a string",
                "{\"symbol\": \"ethbtc\"}|invalid-symbol|ethbtc",
                "{\"symbl\": \"ETHBTC\"}|unknown-field|unknown field 'symbl'",
                "{\"features\": {\"rsi_14@5m\": \"1\"}}|invalid-features|must be a number",
                "{\"features\": {\"rsi_14@5m\": 1}}|invalid-features|missing momentum_24@5m",
                "{\"features\": {\"rsi_14@5m\": 1, \"rsi_14@5m\": 2}}|invalid-features|given twice",
                "{\"features\": {\"rsi_14@5m\": 1, \"momentum_24@5m\": 1, \"volatility_12@5m\": 1, \"x\": 1}}|invalid-features|unknown x",
                "{\"features\": {\"rsi_14@5m\": 1e300, \"momentum_24@5m\": 1, \"volatility_12@5m\": 1}}|invalid-features|not a finite",
            })
    void saysWhatIsWrongWithAPrediction(String body, String slug, String detail) {
        problem(post(PREDICT, body == null ? "" : body), 400, slug)
                .body("detail", containsString(detail));
    }

    @Test
    void saysWhyAModelDoesNotAnswer() {
        String body = "{\"symbol\": \"ETHBTC\"}";
        problem(post("/api/models/nobody/predict", body), 404, "no-such-model");
        problem(post("/api/models/inference-none/predict", body), 503, "no-model")
                .header("Retry-After", notNullValue())
                .body("detail", containsString("no model: no version of inference-none"));
        problem(post("/api/models/inference-elsewhere/predict", body), 409, "wrong-market")
                .body("detail", containsString("replay:elsewhere"));
        problem(post(PREDICT, "{\"symbol\": \"NOPE\"}"), 404, "unknown-symbol");
    }

    @Test
    void showsTheLiveVectorOfAnyModelThatSpeaksForTheSymbol() {
        MarketClose close = service.close();
        given().get("/api/features/ETHBTC")
                .then()
                .statusCode(200)
                .body("symbol", equalTo("ETHBTC"))
                .body("model", notNullValue())
                .body(
                        "close_time",
                        equalTo(Instant.ofEpochMilli(close.closeTimeMillis()).toString()))
                .body("ready", equalTo(true))
                .body("$", hasKey("reason"))
                .body("reason", nullValue())
                .body("features", hasKey("rsi_14@5m"));
        problem(given().get("/api/features/NOPE").then(), 404, "unknown-symbol");
        problem(given().get("/api/features/eth").then(), 400, "invalid-symbol");
        problem(given().get("/api/features/ETHBTC?model=nobody").then(), 404, "no-such-model");
        problem(
                given().get("/api/features/ETHBTC?model=inference-elsewhere").then(),
                409,
                "wrong-market");
    }

    @Test
    void isReadyAlthoughAModelHasNoChampion() {
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void measuresPredictions() {
        post(PREDICT, features("1", "2", "3")).statusCode(200);
        String metrics = given().get("/q/metrics").then().statusCode(200).extract().asString();
        assertThat(metrics)
                .contains("auspex_predict_seconds_count{model=\"" + MODEL + "\"")
                .contains("auspex_candle_to_signal_seconds")
                .contains("auspex_feed_lag_seconds");
    }

    private long scored() {
        return meters.get("auspex.predict").tag("model", MODEL).timer().count();
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType(ContentType.JSON).body(body).post(path).then();
    }

    private static ValidatableResponse problem(
            ValidatableResponse response, int status, String slug) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("slug", equalTo(slug))
                .body("type", equalTo("urn:auspex:" + slug))
                .body("title", notNullValue());
    }

    private static String features(String rsi, String momentum, String volatility) {
        return "{\"features\": {\"rsi_14@5m\": %s, \"momentum_24@5m\": %s, \"volatility_12@5m\": %s}}"
                .formatted(rsi, momentum, volatility);
    }
}
