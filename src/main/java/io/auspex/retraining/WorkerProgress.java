package io.auspex.retraining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.util.Optional;
import java.util.Set;

/**
 * One line of a worker's standard output: {@code {"phase":"folds","percent":40,"message":"fold 2 of
 * 5"}}.
 *
 * @param percent of the worker's whole run, 0 to 100
 */
record WorkerProgress(String phase, int percent, String message) {

    private static final Set<String> PHASES =
            Set.of("load", "folds", "fit", "export", "verify", "done");

    /** Empty for whatever is not such a line: a library may print what it likes. */
    static Optional<WorkerProgress> parse(String line) {
        if (!line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            JsonNode json = Json.mapper().readTree(line);
            String phase = json.path("phase").asText("");
            JsonNode percent = json.path("percent");
            if (!PHASES.contains(phase)
                    || !percent.canConvertToInt()
                    || percent.intValue() < 0
                    || percent.intValue() > 100) {
                return Optional.empty();
            }
            return Optional.of(
                    new WorkerProgress(phase, percent.intValue(), json.path("message").asText("")));
        } catch (JsonProcessingException notJson) {
            return Optional.empty();
        }
    }
}
