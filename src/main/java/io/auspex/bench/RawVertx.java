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
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
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
        boolean predict = "/predict".equals(request.path());
        request.bodyHandler(body -> {
            if (!predict) {
                request.response().end(body);
                return;
            }
            try {
                read(body.getBytes());
                session.run();
                request.response()
                        .putHeader("content-type", "application/json")
                        .end(Buffer.buffer(answer()));
            } catch (IOException | RuntimeException wrong) {
                request.response().setStatusCode(400).end(String.valueOf(wrong.getMessage()));
            }
        });
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
