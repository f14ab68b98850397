package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a model is asked about: the last close of a symbol, or features that the caller brings. */
sealed interface PredictRequest {

    /** Features that one request may name; a schema has fewer. */
    int MAX_FEATURES = 10_000;

    record OfSymbol(Symbol symbol) implements PredictRequest {}

    record OfFeatures(Map<String, Double> features) implements PredictRequest {}

    /** The same for readers of the OpenAPI document. */
    @Schema(name = "PredictRequest", description = "Exactly one of symbol and features")
    record Document(
            @Schema(description = "predict for the live vector of this symbol", examples = "ETHBTC")
                    @Nullable String symbol,
            @Schema(description = "every feature of the model's schema by its name")
                    @Nullable Map<String, Double> features) {}

    /**
     * Reads {@code {"symbol": ".."}} or {@code {"features": {..}}}.
     *
     * @throws Failure INVALID {@code malformed-json}, {@code unknown-field}, {@code
     *     invalid-symbol}, {@code invalid-features} or {@code invalid-request}
     */
    static PredictRequest parse(byte[] body) {
        try (JsonParser json = Json.mapper().getFactory().createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("invalid-request", "the body must be a JSON object");
            }
            PredictRequest request = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                PredictRequest part = part(json);
                if (request != null) {
                    throw invalid(
                            "invalid-request", "give either symbol or features, once, not both");
                }
                request = part;
            }
            if (request == null) {
                throw invalid("invalid-request", "give either symbol or features");
            }
            if (json.nextToken() != null) {
                throw invalid("malformed-json", "something follows the JSON object");
            }
            return request;
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading bytes in memory", e);
        }
    }

    static Failure malformed(JsonProcessingException e) {
        return invalid(
                "malformed-json",
                "the body is not JSON: line %d, column %d"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    }

    static Failure invalid(String slug, String message) {
        return new Failure(Failure.Category.INVALID, slug, message);
    }

    private static PredictRequest part(JsonParser json) throws IOException {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        return switch (field) {
            case "symbol" -> {
                if (value != JsonToken.VALUE_STRING) {
                    throw invalid("invalid-symbol", "symbol must be a string");
                }
                yield new OfSymbol(Symbols.parse(json.getText()));
            }
            case "features" -> {
                if (value != JsonToken.START_OBJECT) {
                    throw invalid("invalid-features", "features must be an object of numbers");
                }
                yield new OfFeatures(features(json));
            }
            default ->
                    throw invalid(
                            "unknown-field",
                            "unknown field '" + field + "'; known are features, symbol");
        };
    }

    private static Map<String, Double> features(JsonParser json) throws IOException {
        Map<String, Double> features = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (!json.nextToken().isNumeric()) {
                throw invalid("invalid-features", "feature '" + name + "' must be a number");
            }
            if (features.put(name, json.getDoubleValue()) != null) {
                throw invalid("invalid-features", "feature '" + name + "' is given twice");
            }
            if (features.size() > MAX_FEATURES) {
                throw invalid("invalid-features", "more than " + MAX_FEATURES + " features");
            }
        }
        return features;
    }
}
