package io.auspex.backtest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.auspex.model.ModelSpec;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which version decides when: either versions that exist, or those that would have come of refits
 * on schedule.
 *
 * @param stages in increasing time; empty with refits
 * @param refits null with stages
 */
public record VersionPlan(
        List<Stage> stages, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Refits refits) {

    public VersionPlan {
        stages = List.copyOf(stages);
        if (stages.isEmpty() == (refits == null)) {
            throw new IllegalArgumentException("give either versions or refits");
        }
        for (int i = 1; i < stages.size(); i++) {
            if (!stages.get(i).from().isAfter(stages.get(i - 1).from())) {
                throw new IllegalArgumentException("versions follow each other in time");
            }
        }
    }

    /**
     * A stored version, until the next one takes over.
     *
     * @param from the first close that it decides
     * @param trainedTo up to here its training has looked; null when its report does not say
     */
    public record Stage(
            int version,
            Instant from,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant trainedTo) {

        /** Whether training has seen a close, or may have. */
        boolean hasSeen(long closeMillis) {
            return trainedTo == null || closeMillis <= trainedTo.toEpochMilli();
        }
    }

    /**
     * Refits on schedule, the first at the beginning. Each sees closes up to its moment alone.
     *
     * @param spec what is trained
     * @param schedule as in the rules of a model
     * @param most refits altogether
     */
    public record Refits(ModelSpec spec, String schedule, String zone, int most) {}
}
