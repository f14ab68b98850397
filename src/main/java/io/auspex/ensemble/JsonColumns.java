package io.auspex.ensemble;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON columns. They are written and read as text ({@code column::text}), so that numbers
 * keep their digits.
 */
final class JsonColumns {

    private JsonColumns() {}

    static String write(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records and numbers can be written as JSON", e);
        }
    }

    static <T> T read(String json, Class<T> type) {
        try {
            return Json.mapper().readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not what was written: " + json, e);
        }
    }

    static <T> T read(String json, TypeReference<T> type) {
        try {
            return Json.mapper().readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not what was written: " + json, e);
        }
    }

    static @Nullable JsonNode node(@Nullable String json) {
        return json == null ? null : read(json, JsonNode.class);
    }
}
