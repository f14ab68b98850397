package io.auspex.backtest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.auspex.ensemble.EnsembleTerms;
import io.auspex.model.ModelSpec;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which version decides when: versions that exist, those that would have come of refits on
 * schedule, or those of the members of the ensemble.
 *
 * @param stages in increasing time; empty with refits and of the ensemble
 * @param refits null without
 * @param ensemble null for a single model
 */
public record VersionPlan(
        List<Stage> stages,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Refits refits,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Ensemble ensemble) {

    public VersionPlan {
        stages = List.copyOf(stages);
        int kinds = (stages.isEmpty() ? 0 : 1) + (refits == null ? 0 : 1);
        if (kinds + (ensemble == null ? 0 : 1) != 1) {
            throw new IllegalArgumentException("give either versions, refits or an ensemble");
        }
        requireOrdered(stages);
    }

    /** Of a single model. */
    public VersionPlan(List<Stage> stages, @Nullable Refits refits) {
        this(stages, refits, null);
    }

    private static void requireOrdered(List<Stage> stages) {
        for (int i = 1; i < stages.size(); i++) {
            if (!stages.get(i).from().isAfter(stages.get(i - 1).from())) {
                throw new IllegalArgumentException("versions follow each other in time");
            }
        }
    }

    /**
     * The ensemble, with its members as they are looked at.
     *
     * @param members that are models
     */
    public record Ensemble(List<MemberStages> members, EnsembleTerms terms) {

        public Ensemble {
            members = List.copyOf(members);
        }
    }

    /**
     * A member of the ensemble.
     *
     * @param member its name among members
     * @param model its name in the registry
     * @param stages in increasing time
     */
    public record MemberStages(String member, String model, List<Stage> stages) {

        public MemberStages {
            stages = List.copyOf(stages);
            requireOrdered(stages);
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
