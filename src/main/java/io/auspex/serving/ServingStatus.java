package io.auspex.serving;

import org.jspecify.annotations.Nullable;

/**
 * How a registered model is served here.
 *
 * @param version that answers; null when none does
 * @param schemaHash of that version; null when none answers
 * @param unproven nobody asked for its evidence
 * @param rowNanos median cost of one row when it was warmed up; 0 when none answers
 * @param rowsTogether whether the rows of a close are scored in runs of many: only where that was
 *     seen to give the same bits as one by one
 * @param liveSessions 0 to 2; 2 while one drains or the next is being prepared
 * @param problem why the champion is not what answers, in one sentence; null when it is
 */
public record ServingStatus(
        String model,
        @Nullable Integer version,
        @Nullable String schemaHash,
        boolean unproven,
        long rowNanos,
        boolean rowsTogether,
        int liveSessions,
        @Nullable String problem) {}
