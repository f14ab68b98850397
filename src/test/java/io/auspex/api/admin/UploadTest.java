package io.auspex.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.api.LiveService;
import io.auspex.model.Head;
import io.auspex.platform.Await;
import io.auspex.platform.Folders;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.ModelServer;
import io.auspex.serving.TinyModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uploads over HTTP, through real inspections, into serving. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class UploadTest {

    private static final Path MODELS = Path.of("src/test/resources/models");

    @Inject LiveService service;
    @Inject ModelServer server;
    @Inject Folders folders;

    /** Other classes share the application, and the market whose closes it would be asked about. */
    @AfterEach
    void leaveTheMarket() {
        boolean isServed =
                server.status().stream()
                        .anyMatch(status -> status.model().equals("upload-sklearn"));
        if (isServed) {
            Await.item(() -> server.unload("upload-sklearn"));
        }
    }

    @Test
    void aModelOfScikitLearnBecomesACandidateThatServesItsLibrarysPredictions() throws Exception {
        Path given = MODELS.resolve("sklearn-zipmap");
        String location =
                upload("upload-sklearn", model(given), withMarket(given))
                        .statusCode(201)
                        .header("Location", endsWith("/api/models/upload-sklearn/versions/1"))
                        .body("model", equalTo("upload-sklearn"))
                        .body("version", equalTo(1))
                        .body("state", equalTo("CANDIDATE"))
                        .body("origin", equalTo("upload"))
                        .body("schema.names", hasSize(8))
                        .body("report.provenance.upload_bytes", equalTo(749))
                        .body("report.inspection.largest_batch", equalTo(256))
                        .body("report.inspection.row_micros", lessThan(10_000f))
                        .body("report.probe.features", hasSize(32))
                        .extract()
                        .header("Location");
        given().get(location).then().statusCode(200).body("version", equalTo(1));
        given().get("/api/models/upload-sklearn")
                .then()
                .statusCode(200)
                .body("champion", nullValue())
                .body("spec.market.feed", equalTo(LiveService.FEED));

        Await.item(() -> server.promote("upload-sklearn", 1, "by hand", true));
        JsonNode expected = Json.mapper().readTree(given.resolve("expected.json").toFile());
        try (var lease = server.acquire("upload-sklearn").orElseThrow()) {
            for (int row = 0; row < 50; row++) {
                float[] features = new float[8];
                for (int i = 0; i < 8; i++) {
                    features[i] = expected.get("rows").get(row).get(i).floatValue();
                }
                var heads = lease.model().predict(features).heads();
                assertThat(heads).containsOnlyKeys(Head.P_UP, Head.P_DOWN);
                for (Head head : heads.keySet()) {
                    assertThat(heads.get(head))
                            .isCloseTo(
                                    expected.get("outputs").get(head.code()).get(row).doubleValue(),
                                    within(1e-5));
                }
            }
        }
        ObjectNode body = Json.mapper().createObjectNode();
        ObjectNode features = body.putObject("features");
        JsonNode names = Json.mapper().readTree(withMarket(given)).at("/inputs/0/features");
        for (int i = 0; i < 8; i++) {
            features.set(names.get(i).asText(), expected.get("rows").get(0).get(i));
        }
        given().contentType("application/json")
                .body(body.toString())
                .post("/api/models/upload-sklearn/predict")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(200);

        problem(
                upload("upload-sklearn", model(given), withMarket(given)),
                409,
                "version-exists",
                "version 1 of upload-sklearn");
    }

    @Test
    void aModelOfAVectorWithoutNamesServesThoseWhoBringTheVectorAndHasNoSignals() throws Exception {
        Path given = MODELS.resolve("sklearn-zipmap");
        ObjectNode manifest = (ObjectNode) Json.mapper().readTree(withMarket(given));
        ObjectNode input = (ObjectNode) manifest.at("/inputs/0");
        input.remove("features");
        input.put("opaque", 8);
        upload("upload-opaque", model(given), manifest.toString())
                .statusCode(201)
                .body("schema.names", hasSize(8))
                .body("schema.names[0]", equalTo("v0"))
                .body("report.inspection.live", equalTo(false));
        given().contentType("application/json")
                .body("{\"version\": 1}")
                .post("/api/models/upload-opaque/promote")
                .then()
                .statusCode(200)
                .body("champion", equalTo(1));

        JsonNode expected = Json.mapper().readTree(given.resolve("expected.json").toFile());
        ObjectNode body = Json.mapper().createObjectNode();
        ObjectNode features = body.putObject("features");
        for (int i = 0; i < 8; i++) {
            features.set("v" + i, expected.get("rows").get(0).get(i));
        }
        double answer =
                given().contentType("application/json")
                        .body(body.toString())
                        .post("/api/models/upload-opaque/predict")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getDouble("heads.p_up");
        assertThat(answer).isCloseTo(expected.at("/outputs/p_up/0").doubleValue(), within(1e-5));

        service.close();
        problem(
                given().contentType("application/json")
                        .body("{\"symbol\": \"" + LiveService.SYMBOLS.getFirst() + "\"}")
                        .post("/api/models/upload-opaque/predict")
                        .then(),
                503,
                "not-ready",
                "are not computed here; send them");
        given().get("/api/signals?limit=1000")
                .then()
                .statusCode(200)
                .body("findAll { it.model == 'upload-opaque' }", hasSize(0));
    }

    @Test
    void aFileThatKeepsTheContractNeedsNoManifestAndKeepsItsBytes() {
        TinyModels tiny = TinyModels.tiny().named("upload-own").market(LiveService.MARKET);
        upload("upload-own", tiny.onnx(), null)
                .statusCode(201)
                .body("report.inspection.rewritten", equalTo(false))
                .body("report.inspection.live", equalTo(true));
        problem(
                upload("upload-other", tiny.onnx(), null),
                400,
                "upload-refused",
                "it says that it is model 'upload-own'");
        problem(
                upload("upload-own", tiny.bias(0.3f).probeError(0.1).onnx(), null),
                400,
                "upload-refused",
                "self-test: ");
    }

    @Test
    void saysWhatAManifestHasToSay() throws Exception {
        Path given = MODELS.resolve("catboost");
        problem(
                upload("upload-new", model(given), null),
                400,
                "manifest-invalid",
                "For example: {\"inputs\":[{\"name\":\"features\"");
        problem(
                upload(
                        "upload-new",
                        model(given),
                        Files.readString(given.resolve("manifest.json"))),
                400,
                "manifest-invalid",
                "there is no model 'upload-new'. To make one, say its market");
        problem(
                upload("upload-new", model(given), "{\"inputs\": [], \"outputs\": {}, \"x\": 1}"),
                400,
                "manifest-invalid",
                "the manifest");
        problem(
                upload(
                        "upload-new",
                        model(given),
                        withMarket(given).replace("\"probabilities\"", "\"odds\"")),
                400,
                "manifest-invalid",
                "the graph has no output 'odds'");
        given().get("/api/models/upload-new").then().statusCode(404);
    }

    @Test
    void refusesWhatIsTooLargeWhileItArrives() throws Exception {
        byte[] large = new byte[4 << 20];
        problem(upload("upload-large", large, null), 413, "upload-too-large", "1048576 bytes");
        assertThat(chunked("upload-large", large)).contains("413").contains("upload-too-large");
        assertThat(leftBehind()).isZero();
    }

    @Test
    void refusesGarbageAndWhatIsNoForm() throws Exception {
        problem(
                upload("upload-garbage", "garbage".getBytes(StandardCharsets.UTF_8), null),
                400,
                "upload-refused",
                "no ONNX model");
        problem(
                given().contentType("application/json")
                        .body("{}")
                        .post("/api/models/upload-garbage/versions")
                        .then(),
                415,
                "unsupported-media-type",
                "multipart/form-data");
        problem(
                given().multiPart("../../evil", "x.onnx", new byte[10])
                        .post("/api/models/upload-garbage/versions")
                        .then(),
                400,
                "upload-refused",
                "the parts of the form");
        assertThat(leftBehind()).isZero();
    }

    /** The length is not announced, so that only counting finds out. */
    private static String chunked(String name, byte[] content) throws IOException {
        URI url = URI.create(ConfigProvider.getConfig().getValue("test.url", String.class));
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            var out = socket.getOutputStream();
            out.write(
                    ("POST /api/models/"
                                    + name
                                    + "/versions HTTP/1.1\r\nHost: test\r\n"
                                    + "Content-Type: multipart/form-data; boundary=b\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] head =
                    ("--b\r\nContent-Disposition: form-data; name=\"model\"; filename=\"../../m.onnx\"\r\n"
                                    + "Content-Type: application/octet-stream\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII);
            try {
                chunk(out, head, 0, head.length);
                for (int at = 0; at < content.length; at += 65_536) {
                    chunk(out, content, at, 65_536);
                }
            } catch (IOException hungUp) {
                // The answer may come before the last chunk.
            }
            byte[] answer = new byte[4_096];
            int length = Math.max(0, socket.getInputStream().read(answer));
            return new String(answer, 0, length, StandardCharsets.UTF_8);
        }
    }

    private static void chunk(java.io.OutputStream out, byte[] content, int from, int length)
            throws IOException {
        out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(content, from, length);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private long leftBehind() throws IOException {
        try (var files = Files.list(folders.folder("uploads"))) {
            return files.count();
        }
    }

    private static ValidatableResponse upload(
            String name, byte[] model, @org.jspecify.annotations.Nullable String manifest) {
        var request = given().multiPart("model", "../../etc/passwd", model);
        if (manifest != null) {
            request.multiPart("manifest", manifest);
        }
        return request.post("/api/models/" + name + "/versions").then();
    }

    private static byte[] model(Path given) throws IOException {
        return Files.readAllBytes(given.resolve("model.onnx"));
    }

    private static String withMarket(Path given) throws IOException {
        ObjectNode manifest =
                (ObjectNode) Json.mapper().readTree(given.resolve("manifest.json").toFile());
        manifest.set("market", Json.mapper().valueToTree(LiveService.MARKET));
        return manifest.toString();
    }

    private static void problem(
            ValidatableResponse answer, int status, String slug, String detail) {
        answer.log()
                .ifValidationFails()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("slug", equalTo(slug))
                .body("status", equalTo(status))
                .body("detail", containsString(detail));
    }
}
