package io.auspex.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The baseline of {@code ./auspex bench serving}: what somebody would write by hand, for one model,
 * on one event loop, without routes, versions, leases, metrics or any check but that of the names.
 *
 * <pre>
 *   POST /predict   the same body and the same answer as POST /api/models/{name}/predict
 *   POST /infer     the same binary body and the same answer as POST /v2/models/{name}/infer; its
 *                   JSON head is not even looked at
 *   POST anything   the body comes back
 * </pre>
 *
 * Prints its port when it listens, and ends with its input.
 */
public final class RawVertx {

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();
    private static final int ANSWER_BYTES = 512;

    private final BareSession session;
    private final String name;
    private final String schemaHash;
    private final Map<String, Integer> places = new HashMap<>();
    private final String[] heads;
    private final int expectedReturn;
    private final double coverage;
    private final double halfWidth;
    private final boolean[] given;
    private final byte[] inferHead;
    private final String inferHeadLength;

    private RawVertx(BareSession session) throws IOException {
        this.session = session;
        Map<String, String> metadata = session.metadata();
        ObjectMapper mapper = new ObjectMapper();
        this.name = metadata.getOrDefault("auspex.model", "");
        this.schemaHash = metadata.getOrDefault("auspex.schema_hash", "");
        JsonNode names = mapper.readTree(metadata.getOrDefault("auspex.schema_names", "[]"));
        for (int i = 0; i < names.size(); i++) {
            places.put(names.get(i).asText(), i);
        }
        this.given = new boolean[places.size()];
        this.heads = session.outputs().toArray(String[]::new);
        this.expectedReturn = List.of(heads).indexOf("expected_return");
        JsonNode widths = mapper.readTree(metadata.getOrDefault("auspex.conformal", "{}"));
        this.coverage = 0.9;
        this.halfWidth = widths.path(Double.toString(coverage)).asDouble(Double.NaN);
        this.inferHead = inferHead(name, heads);
        this.inferHeadLength = Integer.toString(inferHead.length);
    }

    /** The JSON before the numbers, which does not depend on them. */
    private static byte[] inferHead(String name, String[] heads) {
        List<String> outputs =
                Arrays.stream(heads)
                        .map(head ->
                                """
                                {"name":"%s","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}}\
                                """
                                        .formatted(head))
                        .toList();
        return """
        {"model_name":"%s","model_version":"1","outputs":[%s]}\
        """
                .formatted(name, String.join(",", outputs))
                .getBytes(StandardCharsets.UTF_8);
    }

    public static void main(String... arguments) throws Exception {
        RawVertx raw = new RawVertx(BareSession.open(Files.readAllBytes(Path.of(arguments[0]))));
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        HttpServer server =
                vertx.createHttpServer()
                        .requestHandler(raw::handle)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get();
        System.out.println(server.actualPort());
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
        System.exit(0);
    }

    private void handle(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/predict" -> request.bodyHandler(body -> predict(request, body));
            case "/infer" -> request.bodyHandler(body -> infer(request, body));
            default -> request.bodyHandler(request.response()::end);
        }
    }

    private void predict(HttpServerRequest request, Buffer body) {
        try {
            read(body.getBytes());
            session.run();
            request.response()
                    .putHeader("content-type", "application/json")
                    .end(Buffer.buffer(answer()));
        } catch (IOException | RuntimeException wrong) {
            refuse(request, wrong);
        }
    }

    private void infer(HttpServerRequest request, Buffer body) {
        try {
            int head = Integer.parseInt(request.getHeader(InferHeaders.LENGTH));
            int features = session.features();
            require(body.length() == head + features * Float.BYTES);
            FloatBuffer row =
                    ByteBuffer.wrap(body.getBytes(head, body.length()))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer();
            session.input().put(0, row, 0, features);
            session.run();
            ByteBuffer answer =
                    ByteBuffer.allocate(inferHead.length + heads.length * Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .put(inferHead);
            for (int i = 0; i < heads.length; i++) {
                answer.putFloat(session.answer(i));
            }
            request.response()
                    .putHeader(InferHeaders.TYPE, InferHeaders.OCTETS)
                    .putHeader(InferHeaders.LENGTH, inferHeadLength)
                    .end(Buffer.buffer(answer.array()));
        } catch (RuntimeException wrong) {
            refuse(request, wrong);
        }
    }

    private static void refuse(HttpServerRequest request, Exception wrong) {
        request.response().setStatusCode(400).end(String.valueOf(wrong.getMessage()));
    }

    /** Made once, as anybody would who wants it quick. */
    private static final class InferHeaders {

        static final CharSequence LENGTH =
                HttpHeaders.createOptimized("Inference-Header-Content-Length");
        static final CharSequence TYPE = HttpHeaders.CONTENT_TYPE;
        static final CharSequence OCTETS = HttpHeaders.createOptimized("application/octet-stream");
    }

    /** {@code {"features": {"name": number, ..}}}, every name of the schema once. */
    private void read(byte[] body) throws IOException {
        FloatBuffer row = session.input();
        Arrays.fill(given, false);
        int count = 0;
        try (JsonParser json = JSON.createParser(body)) {
            require(json.nextToken() == JsonToken.START_OBJECT);
            require(json.nextToken() == JsonToken.FIELD_NAME);
            require(json.currentName().equals("features"));
            require(json.nextToken() == JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                Integer place = places.get(json.currentName());
                if (place == null || given[place]) {
                    throw new IllegalArgumentException("not a feature, or twice");
                }
                require(json.nextToken().isNumeric());
                float value = json.getFloatValue();
                require(Float.isFinite(value));
                row.put(place, value);
                given[place] = true;
                count++;
            }
            require(json.nextToken() == JsonToken.END_OBJECT);
            require(json.nextToken() == null);
        }
        require(count == given.length);
    }

    private byte[] answer() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(ANSWER_BYTES);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model", name);
            json.writeNumberField("version", 1);
            json.writeStringField("schema_hash", schemaHash);
            json.writeNullField("symbol");
            json.writeNullField("close_time");
            json.writeNullField("close_price");
            json.writeObjectFieldStart("heads");
            for (int i = 0; i < heads.length; i++) {
                json.writeNumberField(heads[i], session.answer(i));
            }
            json.writeEndObject();
            double centre = session.answer(expectedReturn);
            json.writeObjectFieldStart("expected_return_interval");
            json.writeNumberField("lower", centre - halfWidth);
            json.writeNumberField("upper", centre + halfWidth);
            json.writeNumberField("coverage", coverage);
            json.writeEndObject();
            json.writeBooleanField("unproven", false);
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("not the body that was expected");
        }
    }
}
