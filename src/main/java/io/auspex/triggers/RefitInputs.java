package io.auspex.triggers;

import io.auspex.feedback.LiveFigures;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All that a decision depends on.
 *
 * @param now of the model's clock
 * @param frozen the registry's policy: the model is served as it is
 * @param trainerRuns the switch for all models
 * @param due when the schedule asks for the next refit; null when it never does
 * @param newCandles of the model's market since the last refit; null while they are being counted
 * @param figures of the champion; null when there are none yet
 * @param closedTrades reported since the last refit; null when nothing counts them
 */
record RefitInputs(
        RefitRules rules,
        Instant now,
        boolean frozen,
        boolean trainerRuns,
        RefitHistory history,
        @Nullable Instant due,
        @Nullable Long newCandles,
        @Nullable LiveFigures figures,
        @Nullable Long closedTrades) {}
