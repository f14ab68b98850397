package io.auspex.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.FeatureProfile;
import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.platform.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a version's report says that live figures are compared with. Read part by part: a report
 * from elsewhere, or of an earlier release, may lack any of them.
 *
 * @param total measures over the walk-forward test rows; empty when the report has none
 * @param halfWidth of the 80 % interval around the expected return; null when there is none
 * @param profile null when there is none
 * @param dataFrom the first close that it learnt from; null when the report does not say
 */
record TrainedFacts(
        Map<Head, HeadMetrics> total,
        @Nullable Double halfWidth,
        @Nullable FeatureProfile profile,
        @Nullable Instant dataFrom) {

    private static final Logger LOG = Logger.getLogger(TrainedFacts.class);
    private static final String LEVEL = String.valueOf(CoverageBand.LEVEL);

    TrainedFacts {
        total = Map.copyOf(total);
    }

    static TrainedFacts of(JsonNode report) {
        JsonNode width = report.path("conformal").path(LEVEL);
        return new TrainedFacts(
                part(report, "total", new TypeReference<Map<Head, HeadMetrics>>() {})
                        .orElseGet(Map::of),
                width.isNumber() ? width.asDouble() : null,
                part(report, "profile", new TypeReference<FeatureProfile>() {}).orElse(null),
                moment(report.path("data").path("from")));
    }

    private static @Nullable Instant moment(JsonNode text) {
        try {
            return text.isTextual() ? Instant.parse(text.textValue()) : null;
        } catch (DateTimeException e) {
            LOG.warnf("a report's data does not say from when on they are: %s", e.getMessage());
            return null;
        }
    }

    private static <T> Optional<T> part(JsonNode report, String name, TypeReference<T> type) {
        JsonNode part = report.path(name);
        if (part.isMissingNode() || part.isNull()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(
                    Json.mapper().readValue(Json.mapper().treeAsTokens(part), type));
        } catch (JsonProcessingException e) {
            LOG.warnf("the %s of a report cannot be read: %s", name, e.getOriginalMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException("a tree in memory can be read", e);
        }
    }
}
