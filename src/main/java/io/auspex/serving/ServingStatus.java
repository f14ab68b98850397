package io.auspex.serving;

import org.jspecify.annotations.Nullable;

/**
 * How a registered model is served here.
 *
 * @param version that answers; null when none does
 * @param schemaHash of that version; null when none answers
 * @param unproven nobody asked for its evidence
 * @param rowNanos median cost of one row when it was warmed up; 0 when none answers
 * @param liveSessions 0 to 2; 2 while one drains or the next is being prepared
 * @param problem why the champion is not what answers, in one sentence; null when it is
 */
public record ServingStatus(
        String model,
        @Nullable Integer version,
        @Nullable String schemaHash,
        boolean unproven,
        long rowNanos,
        int liveSessions,
        @Nullable String problem) {}
