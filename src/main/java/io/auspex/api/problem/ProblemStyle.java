package io.auspex.api.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.platform.Json;
import java.util.Map;

/** In which words a path says no. */
enum ProblemStyle {
    /** The whole problem. */
    PROBLEM {
        @Override
        String mediaType() {
            return Problem.MEDIA_TYPE;
        }

        @Override
        String body(Problem problem) {
            return json(problem);
        }
    },

    /** The error object of the Open Inference Protocol. */
    INFERENCE {
        @Override
        String mediaType() {
            return "application/json";
        }

        @Override
        String body(Problem problem) {
            return json(Map.of("error", problem.detail()));
        }
    };

    abstract String mediaType();

    abstract String body(Problem problem);

    /**
     * @param path absolute, with or without the leading slash
     */
    static ProblemStyle of(String path) {
        String trimmed = path.startsWith("/") ? path.substring(1) : path;
        return trimmed.equals("v2") || trimmed.startsWith("v2/") ? INFERENCE : PROBLEM;
    }

    private static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings can be written as JSON", e);
        }
    }
}
