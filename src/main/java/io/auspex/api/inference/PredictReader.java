package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.serving.ScoringRows;
import io.auspex.serving.ServingModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code predict} in one pass over its bytes: {@code {"symbol": ".."}}, {@code
 * {"features": {..}}} or {@code {"rows": [{..}, ..]}}. A number goes from the bytes into the memory
 * that ONNX Runtime reads; nothing is allocated for it, nor for a name that comes where the schema
 * has it. Names in any other order are looked up.
 */
final class PredictReader {

    /** How many wrong features a failure lists. */
    private static final int LISTED = 5;

    private final ServingModel model;
    private final int features;
    private final int maxRows;
    private final JsonParser json;
    private @Nullable List<String> wrong;
    private int wrongs;

    private PredictReader(ServingModel model, int maxRows, JsonParser json) {
        this.model = model;
        this.features = model.schema().size();
        this.maxRows = maxRows;
        this.json = json;
    }

    /**
     * Reads a request to a leased model; many rows are scored meanwhile, one is not yet.
     *
     * @throws Failure INVALID {@code malformed-json}, {@code unknown-field}, {@code
     *     invalid-symbol}, {@code invalid-features}, {@code too-many-rows} or {@code
     *     invalid-request}
     */
    static PredictRequest read(
            ServingModel model, int maxRows, byte[] bytes, int offset, int length) {
        try (JsonParser json = Json.mapper().getFactory().createParser(bytes, offset, length)) {
            return new PredictReader(model, maxRows, json).request();
        } catch (JsonProcessingException e) {
            throw PredictRequest.malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading bytes in memory", e);
        }
    }

    private PredictRequest request() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw PredictRequest.invalid("invalid-request", "the body must be a JSON object");
        }
        String field = json.nextFieldName();
        if (field == null) {
            throw PredictRequest.invalid(
                    "invalid-request", "give either symbol or features, or rows");
        }
        PredictRequest request = part(field);
        boolean complete = false;
        try {
            requireEnd();
            complete = true;
            return request;
        } finally {
            if (!complete) {
                request.close();
            }
        }
    }

    private PredictRequest part(String field) throws IOException {
        JsonToken value = json.nextToken();
        return switch (field) {
            case "features" -> oneRow(value);
            case "rows" -> manyRows(value);
            case "symbol" -> {
                if (value != JsonToken.VALUE_STRING) {
                    throw PredictRequest.invalid("invalid-symbol", "symbol must be a string");
                }
                yield new PredictRequest.OfSymbol(Symbols.parse(json.getText()));
            }
            default -> throw unknown(field);
        };
    }

    private void requireEnd() throws IOException {
        String second = json.nextFieldName();
        if (second != null) {
            if (!List.of("features", "rows", "symbol").contains(second)) {
                throw unknown(second);
            }
            throw PredictRequest.invalid(
                    "invalid-request", "give either symbol or features or rows, once, not both");
        }
        if (json.nextToken() != null) {
            throw PredictRequest.invalid("malformed-json", "something follows the JSON object");
        }
    }

    private PredictRequest oneRow(JsonToken value) throws IOException {
        ScoringRows rows = model.oneRow();
        boolean read = false;
        try {
            row(value, rows, 0);
            read = true;
            return new PredictRequest.OfRow(rows);
        } finally {
            if (!read) {
                rows.close();
            }
        }
    }

    private PredictRequest manyRows(JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            throw PredictRequest.invalid("invalid-request", "rows must be an array of objects");
        }
        try (ScoringRows chunk = model.manyRows()) {
            RowAnswers answers = new RowAnswers(model.heads().size(), chunk.capacity());
            int waiting = 0;
            for (JsonToken token = json.nextToken();
                    token != JsonToken.END_ARRAY;
                    token = json.nextToken()) {
                if (answers.rows() + waiting == maxRows) {
                    throw PredictRequest.invalid(
                            "too-many-rows", "one request may bring " + maxRows + " rows");
                }
                row(token, chunk, waiting++);
                if (waiting == chunk.capacity()) {
                    chunk.run(waiting);
                    answers.add(chunk, waiting);
                    waiting = 0;
                }
            }
            if (waiting > 0) {
                chunk.run(waiting);
                answers.add(chunk, waiting);
            }
            return new PredictRequest.OfRows(answers);
        }
    }

    /** NaN marks what has not been read yet: a value that was is finite. */
    private void row(JsonToken value, ScoringRows rows, int row) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            throw PredictRequest.invalid(
                    "invalid-features", "features must be an object of numbers");
        }
        rows.forget(row);
        int next = 0;
        int read = 0;
        while (true) {
            Integer place;
            if (next < features && json.nextFieldName(model.nameInJson(next))) {
                place = next;
            } else if (next < features
                    ? json.currentToken() == JsonToken.FIELD_NAME
                    : json.nextFieldName() != null) {
                place = model.place(json.currentName());
            } else {
                break;
            }
            if (!json.nextToken().isNumeric()) {
                throw PredictRequest.invalid(
                        "invalid-features",
                        "feature '" + json.currentName() + "' must be a number");
            }
            if (place == null) {
                wrong("unknown " + json.currentName());
                continue;
            }
            float number = json.getFloatValue();
            if (!Float.isNaN(rows.get(row, place))) {
                throw PredictRequest.invalid(
                        "invalid-features", "feature '" + json.currentName() + "' is given twice");
            }
            if (!Float.isFinite(number)) {
                wrong("not a finite float32 " + json.currentName() + ": " + json.getText());
                // Given all the same: not missing.
                number = 0;
            }
            rows.put(row, place, number);
            next = place + 1;
            read++;
        }
        if (read < features) {
            missing(rows, row);
        }
        if (wrong != null) {
            throw wrongFeatures(wrong);
        }
    }

    private void missing(ScoringRows rows, int row) {
        for (int i = 0; i < features; i++) {
            if (Float.isNaN(rows.get(row, i))) {
                wrong("missing " + model.schema().names().get(i));
            }
        }
    }

    private void wrong(String what) {
        List<String> all = wrong == null ? new ArrayList<>(LISTED) : wrong;
        wrong = all;
        wrongs++;
        if (all.size() < LISTED) {
            all.add(what);
        }
    }

    private Failure wrongFeatures(List<String> listed) {
        String more = wrongs > LISTED ? " and " + (wrongs - LISTED) + " more" : "";
        return PredictRequest.invalid(
                "invalid-features",
                "%s wants its %d features complete, finite and named: %s%s"
                        .formatted(model.name(), features, String.join(", ", listed), more));
    }

    private static Failure unknown(String field) {
        return PredictRequest.invalid(
                "unknown-field", "unknown field '" + field + "'; known are features, rows, symbol");
    }
}
