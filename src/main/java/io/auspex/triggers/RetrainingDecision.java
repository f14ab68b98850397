package io.auspex.triggers;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decision about a model as it was stored, and the CDI event that tells of it. Only what differs
 * in kind from the decision before is stored, and every start.
 *
 * @param at by the clock of the database
 * @param clockAt by the clock of the model's feed: market time when the market is simulated or
 *     replayed
 * @param outcome {@code START} or {@code WAIT}
 * @param key what kind of decision it is, for programs: {@code start:drift+performance}, {@code
 *     cooldown:time}, {@code nothing-due}
 * @param reason one sentence
 * @param figures what it rests on, by name
 * @param refit the refit that was started; null for a wait
 */
public record RetrainingDecision(
        long id,
        String model,
        Instant at,
        Instant clockAt,
        String outcome,
        String key,
        String reason,
        Map<String, Double> figures,
        @Nullable Long refit) {

    static final String START = "START";
    static final String WAIT = "WAIT";

    /** What is said of an automatic start. */
    static String started(long refit, String reasons) {
        return "refit " + refit + " started: " + reasons;
    }
}
