package io.auspex.retraining;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One refit, as the queue knows it.
 *
 * @param phase queued, dataset, load, folds, fit, export, verify, gate, done or failed
 * @param percent of the whole refit, 0 to 100
 * @param decision {@code PROMOTED} or {@code REJECTED}; null until the gate has spoken
 * @param reason why the gate decided so, or why the refit failed; null while it runs
 * @param version the version it produced; null while there is none
 * @param lastOutput the last lines of the worker's log, kept when it failed
 * @param remainingSeconds how long this attempt will take as far as it looks: what it has taken,
 *     times the percents to come over the percents done; null while that says nothing
 * @param dataFrom it learns from closes after it only, because the market changed then; null for
 *     the whole window of the specification
 */
public record Refit(
        long id,
        String model,
        RefitState state,
        String triggerReason,
        String phase,
        int percent,
        int attempt,
        int maxAttempts,
        @Nullable String decision,
        @Nullable String reason,
        @Nullable Integer version,
        @Nullable String lastOutput,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Long remainingSeconds,
        @Nullable Instant dataFrom) {

    /** One of the whole window whose remaining time is not known. */
    public Refit(
            long id,
            String model,
            RefitState state,
            String triggerReason,
            String phase,
            int percent,
            int attempt,
            int maxAttempts,
            @Nullable String decision,
            @Nullable String reason,
            @Nullable Integer version,
            @Nullable String lastOutput,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt) {
        this(
                id,
                model,
                state,
                triggerReason,
                phase,
                percent,
                attempt,
                maxAttempts,
                decision,
                reason,
                version,
                lastOutput,
                createdAt,
                startedAt,
                finishedAt,
                null,
                null);
    }
}
