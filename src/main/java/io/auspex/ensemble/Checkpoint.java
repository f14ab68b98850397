package io.auspex.ensemble;

import org.jspecify.annotations.Nullable;

/**
 * Where a session is: with the plan, all that its rest depends on.
 *
 * @param throughMillis close time of the last close that was replayed
 * @param number of the last trade that was stored
 * @param calibration of the indicator rules; null when they do not take part
 */
record Checkpoint(
        long throughMillis,
        long closes,
        long number,
        Replay.State replay,
        @Nullable RuleCalibration calibration) {}
