package io.auspex.triggers;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a model is refitted or not.
 *
 * @param automatic whether a refit could start by itself now, if a rule fired
 * @param clock {@code market} or {@code wall}: what the moments below are of
 * @param now by that clock
 * @param decision what was decided last in this process; null while no feed of the model's market
 *     runs here
 * @param nextScheduled null when the schedule never asks for one
 * @param newCandles of the model's market since the last refit; null while nothing counts them
 * @param refitsWithinADay that began within the last 24 hours
 * @param openRefit that is queued or runs; null when none does
 * @param lastFailure why the last refit failed; null when it did not
 * @param decisions changes of the decision and starts, newest first
 */
public record RetrainingStatus(
        String model,
        boolean automatic,
        boolean trainerRunning,
        String clock,
        Instant now,
        @Nullable Decision decision,
        @Nullable Instant nextScheduled,
        @Nullable Long newCandles,
        int refitsWithinADay,
        int consecutiveFailures,
        @Nullable String lastFailure,
        @Nullable Long openRefit,
        RefitRules rules,
        List<RetrainingDecision> decisions) {

    public RetrainingStatus {
        decisions = List.copyOf(decisions);
    }

    /**
     * The decision at the last close.
     *
     * @param key what kind of decision it is, for programs
     * @param reason one sentence
     * @param figures what it rests on, by name
     */
    public record Decision(String key, String reason, Map<String, Double> figures) {

        static Decision of(RefitDecision decision) {
            return new Decision(decision.key(), decision.reason(), decision.figures());
        }
    }
}
