package io.auspex.api.inference;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.api.LiveService;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.TinyModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
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
class InferenceProtocolTest {

    private static final String MODEL = "protocol-tiny";
    private static final String INFER = "/v2/models/" + MODEL + "/infer";
    private static final String LENGTH = "Inference-Header-Content-Length";
    private static final float OLD = 0.3f;
    private static final float NEW = 0.1f;
    private static final TinyModels OLDER = TinyModels.tiny().bias(OLD);
    private static final TinyModels TINY = TinyModels.tiny().bias(NEW);
    private static boolean promoted;
    private static int older;
    private static int version;

    @Inject LiveService service;

    @TestHTTPResource("/")
    URI address;

    @BeforeEach
    void serve() {
        if (!promoted) {
            older = service.promote(MODEL, OLD).version();
            version = service.promote(MODEL, NEW).version();
            service.declare("inference-none");
            promoted = true;
        }
    }

    @Test
    void describesServerAndModelAsTheProtocolSays() {
        given().get("/v2")
                .then()
                .statusCode(200)
                .body("name", equalTo("auspex"))
                .body("version", notNullValue())
                .body("extensions", contains("binary_tensor_data", "model_repository"));
        given().get("/v2/health/live").then().statusCode(200).body("live", equalTo(true));
        given().get("/v2/health/ready").then().statusCode(200).body("ready", equalTo(true));
        for (String path :
                List.of("/v2/models/" + MODEL, "/v2/models/" + MODEL + "/versions/" + version)) {
            given().get(path)
                    .then()
                    .statusCode(200)
                    .body("name", equalTo(MODEL))
                    .body("versions", contains(Integer.toString(version), Integer.toString(older)))
                    .body("platform", equalTo("onnxruntime_onnx"))
                    .body("inputs[0].name", equalTo("features"))
                    .body("inputs[0].datatype", equalTo("FP32"))
                    .body("inputs[0].shape", contains(-1, 3))
                    .body("outputs.name", contains("p_up", "p_down", "expected_return", "p_stop"));
        }
        given().get("/v2/models/" + MODEL + "/ready")
                .then()
                .statusCode(200)
                .body("name", equalTo(MODEL))
                .body("ready", equalTo(true));
    }

    @Test
    void infersAllOutputsOfManyRows() {
        JsonPath answer =
                post(INFER, infer("[2,3]", "[[1,2,3],[4,5,6]]", ",\"id\":\"a\""))
                        .statusCode(200)
                        .contentType(ContentType.JSON)
                        .extract()
                        .jsonPath();
        assertThat(answer.getString("model_name")).isEqualTo(MODEL);
        assertThat(answer.getString("model_version")).isEqualTo(Integer.toString(version));
        assertThat(answer.getString("id")).isEqualTo("a");
        for (int head = 0; head < 4; head++) {
            String output = "outputs[" + head + "].";
            assertThat(answer.getString(output + "name"))
                    .isEqualTo(ModelKind.MARKET.heads().get(head).code());
            assertThat(answer.getString(output + "datatype")).isEqualTo("FP32");
            assertThat(answer.getList(output + "shape", Integer.class)).containsExactly(2, 1);
            assertThat(answer.getDouble(output + "data[0]"))
                    .isEqualTo(
                            TINY.answer(ModelKind.MARKET.heads().get(head), 1, 2, 3), within(1e-6));
            assertThat(answer.getDouble(output + "data[1]"))
                    .isEqualTo(
                            TINY.answer(ModelKind.MARKET.heads().get(head), 4, 5, 6), within(1e-6));
        }
    }

    @Test
    void infersTheOutputsAskedForOfTheVersionAskedFor() {
        post(
                        "/v2/models/" + MODEL + "/versions/" + version + "/infer",
                        infer(
                                "[1,3]",
                                "[1,2,3]",
                                ",\"outputs\":[{\"name\":\"p_stop\"},{\"name\":\"p_up\"}]"))
                .statusCode(200)
                .body("outputs.name", contains("p_stop", "p_up"));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 65, 1000})
    void infersBatchesOnAndOffTheEventLoop(int rows) {
        String row = "[1,2,3],";
        String data = "[" + row.repeat(rows - 1) + "[4,5,6]]";
        JsonPath answer =
                post(INFER, infer("[" + rows + ",3]", data, ""))
                        .statusCode(200)
                        .extract()
                        .jsonPath();
        List<Number> up = answer.getList("outputs[0].data");
        assertThat(up).hasSize(rows);
        assertThat(up.getFirst().doubleValue())
                .isEqualTo(TINY.answer(Head.P_UP, 1, 2, 3), within(1e-6));
        assertThat(up.getLast().doubleValue())
                .isEqualTo(TINY.answer(Head.P_UP, 4, 5, 6), within(1e-6));
    }

    @Test
    void sendsErrorsAsTheProtocolSays() {
        error(post(INFER, infer("[1,2]", "[1,2]", "")), 400, "shape [N, 3], not [1, 2]");
        error(post(INFER, infer("[1001,3]", "[1,2]", "")), 400, "1000 rows");
        error(post(INFER, "nonsense"), 400, "not JSON");
        error(
                post(INFER, infer("[1,3]", "[1,2,3]", ",\"outputs\":[{\"name\":\"x\"}]")),
                400,
                "unknown output 'x'");
        error(
                post("/v2/models/" + MODEL + "/versions/99/infer", infer("[1,3]", "[1,2,3]", "")),
                404,
                "no version 99");
        error(given().get("/v2/models/" + MODEL + "/versions/x").then(), 404, "no version 'x'");
        error(given().get("/v2/models/nobody").then(), 404, "no model 'nobody'");
        error(given().get("/v2/models/nobody/ready").then(), 404, "no model 'nobody'");
        error(given().get("/v2/models/inference-none/ready").then(), 503, "no model");
        error(post("/v2/models/inference-none/infer", "{}"), 503, "no model");
        error(given().get("/v2/nothing/here").then(), 404, "/v2/nothing/here");
        error(given().get(INFER).then(), 405, "method");
    }

    @Test
    void infersWithAnyVersionByItsNumber() {
        String pinned = "/v2/models/" + MODEL + "/versions/" + older;
        JsonPath answer =
                post(pinned + "/infer", infer("[1,3]", "[1,2,3]", ""))
                        .statusCode(200)
                        .extract()
                        .jsonPath();
        assertThat(answer.getString("model_version")).isEqualTo(Integer.toString(older));
        assertThat(answer.getDouble("outputs[0].data[0]"))
                .isEqualTo(OLDER.answer(Head.P_UP, 1, 2, 3), within(1e-6));
        given().get(pinned + "/ready").then().statusCode(200).body("ready", equalTo(true));
    }

    @Test
    void infersBinaryBothWaysToTheSameBitsAsJson() {
        float[] rows = {0.1f, -2.5f, 1e-3f, 4, 5, 6};
        byte[] body =
                BinaryBodies.concat(BinaryBodies.request("[2,3]", 24), BinaryBodies.floats(rows));
        Response answer = binary(INFER, body, Integer.toString(body.length - 24));
        answer.then().statusCode(200).contentType("application/octet-stream");
        byte[] bytes = answer.asByteArray();
        int json = Integer.parseInt(answer.header(LENGTH));
        JsonPath header = JsonPath.from(new String(bytes, 0, json, StandardCharsets.UTF_8));
        assertThat(header.getList("outputs.name"))
                .containsExactly("p_up", "p_down", "expected_return", "p_stop");
        assertThat(header.getList("outputs.parameters.binary_data_size")).containsOnly(8);
        assertThat(header.getList("outputs.data")).containsOnlyNulls();
        assertThat(bytes).hasSize(json + 4 * 8);
        float[] numbers = BinaryBodies.floats(bytes, json);

        JsonPath text =
                post(INFER, infer("[2,3]", "[0.1,-2.5,1e-3,4,5,6]", "")).extract().jsonPath();
        for (int head = 0; head < 4; head++) {
            List<Number> values = text.getList("outputs[" + head + "].data");
            assertThat(values.get(0).floatValue()).isEqualTo(numbers[2 * head]);
            assertThat(values.get(1).floatValue()).isEqualTo(numbers[2 * head + 1]);
        }
    }

    @ParameterizedTest(name = "{0} rows")
    @ValueSource(ints = {1, 2, 300})
    void theSameHeadAgainGetsTheAnswerToItsOwnNumbersFromWhoeverServesNow(int rows) {
        String model = "protocol-again-" + rows;
        int first = service.promote(model, OLD).version();
        String head = BinaryBodies.request("[" + rows + ",3]", rows * 12);
        for (int ask = 0; ask < 3; ask++) {
            requireAnswers(model, head, rows, ask, first, OLDER);
        }
        int second = service.promote(model, NEW).version();
        for (int ask = 0; ask < 3; ask++) {
            requireAnswers(model, head, rows, ask, second, TINY);
        }
        // A known head does not let other numbers of bytes pass.
        byte[] tooFew = BinaryBodies.concat(head, new byte[rows * 12 - 4]);
        error(
                binary(path(model), tooFew, Integer.toString(head.length())).then(),
                400,
                "binary_data_size is");
    }

    private void requireAnswers(
            String model, String head, int rows, int ask, int version, TinyModels expected) {
        float[] numbers = new float[rows * 3];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((i * 7 + ask) % 11) / 10f;
        }
        byte[] body = BinaryBodies.concat(head, BinaryBodies.floats(numbers));
        Response answer = binary(path(model), body, Integer.toString(head.length()));
        answer.then().statusCode(200).contentType("application/octet-stream");
        byte[] bytes = answer.asByteArray();
        int json = Integer.parseInt(answer.header(LENGTH));
        JsonPath said = JsonPath.from(new String(bytes, 0, json, StandardCharsets.UTF_8));
        assertThat(said.getString("model_version")).isEqualTo(Integer.toString(version));
        float[] answers = BinaryBodies.floats(bytes, json);
        assertThat(answers).hasSize(4 * rows);
        for (int row = 0; row < rows; row++) {
            int at = 3 * row;
            assertThat((double) answers[row])
                    .isEqualTo(
                            expected.answer(
                                    Head.P_UP, numbers[at], numbers[at + 1], numbers[at + 2]),
                            within(1e-6));
        }
    }

    private static String path(String model) {
        return "/v2/models/" + model + "/infer";
    }

    @Test
    void mixesBinaryAndJsonOutputsInTheOrderAskedFor() {
        String json =
                infer(
                        "[1,3]",
                        "[1,2,3]",
                        ",\"outputs\":[{\"name\":\"p_stop\",\"parameters\":{\"binary_data\":true}},"
                                + "{\"name\":\"p_up\"},"
                                + "{\"name\":\"p_down\",\"parameters\":{\"binary_data\":true}}]");
        Response answer = given().contentType(ContentType.JSON).body(json).post(INFER);
        byte[] bytes = answer.asByteArray();
        int length = Integer.parseInt(answer.header(LENGTH));
        JsonPath header = JsonPath.from(new String(bytes, 0, length, StandardCharsets.UTF_8));
        assertThat(header.getList("outputs.name")).containsExactly("p_stop", "p_up", "p_down");
        assertThat(header.getDouble("outputs[1].data[0]"))
                .isEqualTo(TINY.answer(Head.P_UP, 1, 2, 3), within(1e-6));
        float[] numbers = BinaryBodies.floats(bytes, length);
        assertThat((double) numbers[0]).isEqualTo(TINY.answer(Head.P_STOP, 1, 2, 3), within(1e-6));
        assertThat((double) numbers[1]).isEqualTo(TINY.answer(Head.P_DOWN, 1, 2, 3), within(1e-6));
    }

    @Test
    void aMissingValueComesInBinaryAndLeavesAsNullInJson() {
        String json = BinaryBodies.request("[1,3]", 12).replace("true", "false");
        byte[] body = BinaryBodies.concat(json, BinaryBodies.floats(1, Float.NaN, 3));
        binary(INFER, body, Integer.toString(json.length()))
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("outputs[0].data", contains(nullValue()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "none",
            value = {
                "none, needs the header",
                "-1, 'is -1, the body has'",
                "99999, 'is 99999, the body has'",
                "x, is not a number of bytes",
                "0, the body must be a JSON object",
                "7, not JSON"
            })
    void malformedBinaryRequestsAreRefused(String header, String words) {
        byte[] body =
                BinaryBodies.concat(
                        BinaryBodies.request("[1,3]", 12),
                        header == null ? new byte[0] : new byte[12]);
        Response answer = binary(INFER, body, header);
        error(answer.then(), 400, words);
    }

    @Test
    void bytesThatAreTooFewTooManyOrOfNothingAreRefused() {
        String json = BinaryBodies.request("[1,3]", 12);
        String length = Integer.toString(json.length());
        error(
                binary(INFER, BinaryBodies.concat(json, new byte[11]), length).then(),
                400,
                "11 bytes");
        error(
                binary(INFER, BinaryBodies.concat(json, new byte[13]), length).then(),
                400,
                "13 bytes");
        String plain = infer("[1,3]", "[1,2,3]", "");
        error(
                binary(
                                INFER,
                                BinaryBodies.concat(plain, new byte[4]),
                                Integer.toString(plain.length()))
                        .then(),
                400,
                "4 bytes follow");
    }

    @Test
    void readsAnyContentTypeButNoCompression() throws Exception {
        String body = infer("[1,3]", "[1,2,3]", "");
        for (String type :
                List.of("application/x-www-form-urlencoded", "text/plain", "application/json")) {
            assertThat(sent(body, "Content-Type", type).statusCode()).as(type).isEqualTo(200);
        }
        HttpResponse<String> compressed = sent(body, "Content-Encoding", "gzip");
        assertThat(compressed.statusCode()).isEqualTo(400);
        assertThat(compressed.body()).contains("Content-Encoding gzip");
    }

    private HttpResponse<String> sent(String body, String header, String value) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(address.resolve(INFER))
                            .header(header, value)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void aTimeoutIsRespectedAndMustBeOne() {
        String body = infer("[1,3]", "[1,2,3]", "");
        post(INFER + "?timeout=60000", body).statusCode(200);
        post(INFER, infer("[1,3]", "[1,2,3]", ",\"parameters\":{\"timeout\":60000000}"))
                .statusCode(200);
        error(post(INFER + "?timeout=soon", body), 400, "milliseconds");
        error(
                post(INFER, infer("[1,3]", "[1,2,3]", ",\"parameters\":{\"timeout\":0}")),
                400,
                "microseconds from 1, not 0");
        error(
                post(INFER, infer("[1,3]", "[1,2,3]", ",\"parameters\":{\"timeout\":\"1\"}")),
                400,
                "whole number");
    }

    @Test
    void listsWhatThereIsAndWhatServes() {
        JsonPath all = post("/v2/repository/index", "{}").statusCode(200).extract().jsonPath();
        List<Map<String, String>> mine = all.getList("findAll { it.name == '" + MODEL + "' }");
        assertThat(mine)
                .extracting(entry -> entry.get("version") + " " + entry.get("state"))
                .containsExactly(version + " READY", older + " READY");
        // So it answers.
        given().get("/v2/models/" + MODEL + "/versions/" + older + "/ready").then().statusCode(200);
        List<Map<String, String>> none = all.getList("findAll { it.name == 'inference-none' }");
        assertThat(none).hasSize(1);
        assertThat(none.getFirst())
                .containsEntry("state", "UNAVAILABLE")
                .containsEntry("version", null);

        post("/v2/repository/index", "{\"ready\": true}")
                .statusCode(200)
                .body("name", hasItem(MODEL))
                .body("name", not(hasItem("inference-none")))
                .body("state", everyItem(equalTo("READY")));
        given().post("/v2/repository/index").then().statusCode(200).body("name", hasItem(MODEL));
        error(post("/v2/repository/index", "{\"ready\": 1}"), 400, "true or false");
        error(post("/v2/repository/index", "["), 400, "not JSON");
        error(post("/v2/repository/index", "7"), 400, "JSON object");
        error(post("/v2/repository/index", "{\"repository_name\": \"x\"}"), 400, "repository 'x'");
        post("/v2/repository/index", "{\"repository_name\": \"\"}").statusCode(200);
    }

    @Test
    void anUnloadedModelAnswersNobodyUntilItIsLoaded() {
        String model = "protocol-repository";
        service.promote(model, OLD);
        int number = service.promote(model, NEW).version();
        String infer = "/v2/models/" + model + "/infer";
        String byNumber = "/v2/models/" + model + "/versions/" + number + "/infer";
        String body = infer("[1,3]", "[1,2,3]", "");
        post(infer, body).statusCode(200);

        post("/v2/repository/models/" + model + "/unload", "").statusCode(200);
        error(post(infer, body), 503, "it was unloaded");
        error(post(byNumber, body), 503, "it was unloaded");
        error(given().get("/v2/models/" + model + "/ready").then(), 503, "it was unloaded");
        given().get("/v2/health/ready").then().statusCode(200);
        given().get("/api/models/" + model)
                .then()
                .statusCode(200)
                .body("champion", equalTo(number));
        post("/v2/repository/models/" + model + "/unload", "{}").statusCode(200);
        post("/v2/repository/index", "{}")
                .body(
                        "findAll { it.name == '" + model + "' }.state",
                        equalTo(List.of("UNAVAILABLE", "UNAVAILABLE")))
                .body(
                        "findAll { it.name == '" + model + "' }.reason",
                        everyItem(containsString("it was unloaded")));

        for (String parameters :
                List.of(
                        "{\"config\":\"{}\"}",
                        "{\"file:1/model.onnx\":\"AAAA\"}",
                        "{\"priority\":1}")) {
            error(
                    post(
                            "/v2/repository/models/" + model + "/load",
                            "{\"parameters\":" + parameters + "}"),
                    400,
                    "POST /api/models/{name}/versions");
        }
        error(
                post("/v2/repository/models/" + model + "/load", "{\"parameters\":[]}"),
                400,
                "parameters must be an object");
        error(post(infer, body), 503, "it was unloaded");

        post("/v2/repository/models/" + model + "/load", "{\"parameters\":{}}").statusCode(200);
        post(infer, body).statusCode(200);
        post(byNumber, body).statusCode(200);
        post("/v2/repository/models/" + model + "/load", "").statusCode(200);
        post(infer, body).statusCode(200);

        error(post("/v2/repository/models/nobody/load", ""), 404, "no model 'nobody'");
        error(post("/v2/repository/models/nobody/unload", ""), 404, "no model 'nobody'");
        error(post("/v2/repository/models/inference-none/load", ""), 503, "no model");
        error(post("/v2/repository/models/%00/load", ""), 404, "no model");
    }

    @Test
    void anythingAtAllIsAnsweredOrRefused() throws Exception {
        Random random = new Random(31);
        byte[] binary =
                BinaryBodies.concat(
                        BinaryBodies.request("[2,3]", 24), BinaryBodies.floats(1, 2, 3, 4, 5, 6));
        byte[] json =
                infer("[2,3]", "[[1,2,3],[4,5,6]]", ",\"outputs\":[{\"name\":\"p_up\"}]")
                        .getBytes(StandardCharsets.UTF_8);
        int answered = 0;
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 1_500; i++) {
                byte[] body =
                        switch (i % 3) {
                            case 0 -> BinaryBodies.noise(random);
                            case 1 -> BinaryBodies.mutated(binary, random);
                            default -> BinaryBodies.mutated(json, random);
                        };
                HttpRequest.Builder request =
                        HttpRequest.newBuilder(address.resolve(INFER))
                                .timeout(Duration.ofSeconds(10))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
                if (i % 3 == 1) {
                    request.header(LENGTH, Integer.toString(binary.length - 24));
                }
                HttpResponse<byte[]> answer =
                        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
                assertThat(answer.statusCode()).as(Arrays.toString(body)).isIn(200, 400);
                if (answer.statusCode() == 200) {
                    answered++;
                } else {
                    assertThat(Json.mapper().readTree(answer.body()).path("error").asText())
                            .isNotBlank();
                }
            }
        }
        assertThat(answered).isBetween(100, 1_400);
    }

    @Test
    void namesThatNoModelCanHaveAreNotFound() {
        for (String name : List.of("%00", "%ff", "a%2Fb", "UPPER", "x".repeat(5_000), "..%2F")) {
            int status =
                    given().urlEncodingEnabled(false)
                            .body("{}")
                            .post("/v2/models/" + name + "/infer")
                            .statusCode();
            assertThat(status).as(Signature.quoted(name)).isIn(400, 404, 414);
        }
        for (String number : List.of("0", "-1", "01", "99999999999", "%00", "1.0")) {
            given().urlEncodingEnabled(false)
                    .get("/v2/models/" + MODEL + "/versions/" + number)
                    .then()
                    .statusCode(404)
                    .body("error", containsString("no version"));
        }
    }

    private static Response binary(String path, byte[] body, String headerLength) {
        var request = given().contentType("application/octet-stream").body(body);
        return (headerLength == null ? request : request.header(LENGTH, headerLength)).post(path);
    }

    private static ValidatableResponse post(String path, String body) {
        return given().urlEncodingEnabled(false)
                .contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then();
    }

    private static void error(ValidatableResponse response, int status, String error) {
        Map<String, String> body =
                response.statusCode(status)
                        .contentType(ContentType.JSON)
                        .extract()
                        .jsonPath()
                        .getMap("");
        assertThat(body).containsOnlyKeys("error");
        assertThat(body.get("error")).contains(error);
    }

    private static String infer(String shape, String data, String more) {
        return "{\"inputs\":[{\"name\":\"features\",\"shape\":%s,\"datatype\":\"FP32\",\"data\":%s}]%s}"
                .formatted(shape, data, more);
    }
}
