package io.auspex.ensemble;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** Weights over REST. */
final class WeightRequests {

    static final Map<String, Object> DEFAULTS =
            Map.of(
                    "trading_ai_weight", 0.25,
                    "lava_ai_weight", 0.35,
                    "lgbm_ai_weight", 0.4,
                    "mistral_ai_weight", 0.0);

    private WeightRequests() {}

    static Map<String, Object> with(String field, Object value) {
        Map<String, Object> weights = new LinkedHashMap<>(DEFAULTS);
        weights.put(field, value);
        return weights;
    }

    static ValidatableResponse put(Map<String, Object> weights) {
        return given().contentType(ContentType.JSON)
                .body(weights)
                .put("/api/models/weights")
                .then();
    }
}
