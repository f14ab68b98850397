package io.auspex.ensemble;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * On what terms the ensemble is asked about the past: all that its signals depend on besides
 * candles and what its models say. Stored with whatever was asked; it does not change any more.
 *
 * @param weights in increasing time; the first also counts before its moment
 * @param rules what the indicator rules were calibrated on when, as the ledger has it; empty when
 *     they are calibrated anew while the past is played
 * @param ruleRefitMillis after how much time of the market that happens; null with {@code rules}
 * @param symbols of the market, so that a calibration's bound on candles can be kept
 * @param learning how closed trades of the members move the weights along the way; null for not at
 *     all
 * @param recorded for who cannot be asked again, in how many closes of the period the ledger has
 *     its answer: there it takes part
 * @param leftOut who has a weight and takes no part, and why
 */
public record EnsembleTerms(
        List<WeightStage> weights,
        List<RuleStage> rules,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long ruleRefitMillis,
        int symbols,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable LearningTerms learning,
        Map<String, Long> recorded,
        Map<String, String> leftOut) {

    public EnsembleTerms {
        weights = List.copyOf(weights);
        rules = List.copyOf(rules);
        recorded = Collections.unmodifiableMap(new TreeMap<>(recorded));
        leftOut = Collections.unmodifiableMap(new TreeMap<>(leftOut));
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("an ensemble has weights");
        }
        for (int i = 1; i < weights.size(); i++) {
            if (!weights.get(i).from().isAfter(weights.get(i - 1).from())) {
                throw new IllegalArgumentException("weights follow each other in time");
            }
        }
    }

    /**
     * Weights, until the next ones.
     *
     * @param from the first close that they count for
     * @param revision 0 for weights that were never in force
     */
    public record WeightStage(Instant from, long revision, SortedMap<String, Double> weights) {

        public WeightStage {
            weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        }
    }

    /**
     * What the scores of the indicator rules meant, until the next calibration.
     *
     * @param from the first close that it counts for
     */
    public record RuleStage(Instant from, RuleCalibration calibration) {}

    /**
     * How weights learn.
     *
     * @param members who trade and are rewarded or punished
     */
    public record LearningTerms(LearningRule rule, ExitRule exits, List<String> members) {

        public LearningTerms {
            members = List.copyOf(members);
        }
    }

    /** The weights of a close. */
    Weights weightsAt(long closeMillis) {
        WeightStage found = weights.getFirst();
        for (WeightStage stage : weights) {
            if (stage.from().toEpochMilli() <= closeMillis) {
                found = stage;
            }
        }
        return new Weights(found.revision(), found.weights(), found.from());
    }

    /** Null before the first. */
    @Nullable RuleCalibration calibrationAt(long closeMillis) {
        RuleCalibration found = null;
        for (RuleStage stage : rules) {
            if (stage.from().toEpochMilli() <= closeMillis) {
                found = stage.calibration();
            }
        }
        return found;
    }
}
