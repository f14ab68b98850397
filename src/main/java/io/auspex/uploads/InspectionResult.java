package io.auspex.uploads;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.MarketSpec;
import io.auspex.model.TargetSpec;
import java.util.List;

/** What an inspection has found: {@code result.json}, written last. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = InspectionResult.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = InspectionResult.Refused.class, name = "refused")
})
sealed interface InspectionResult {

    /**
     * {@code model.onnx} beside it keeps the contract.
     *
     * @param sha256 of {@code model.onnx}
     * @param schema names of its features
     * @param report provenance, what was measured, and probe rows with their answers
     */
    record Accepted(
            String sha256,
            List<String> schema,
            MarketSpec market,
            TargetSpec targets,
            JsonNode report)
            implements InspectionResult {

        public Accepted {
            schema = List.copyOf(schema);
        }
    }

    /**
     * It is not let in.
     *
     * @param slug of the problem
     * @param reason one sentence
     */
    record Refused(String slug, String reason) implements InspectionResult {}
}
