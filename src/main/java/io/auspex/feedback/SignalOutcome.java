package io.auspex.feedback;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a signal. Written once.
 *
 * @param outcomeTime close time of the candle one horizon later
 * @param realisedReturn its close over the signal's, less 1; null when there is no such candle
 * @param wentUp the model's target {@code p_up} came true; null when that is unknown
 * @param wentDown the same for {@code p_down}
 * @param stopped the same for {@code p_stop}
 * @param reason why something is unknown; null when nothing is
 */
public record SignalOutcome(
        String signalId,
        Instant outcomeTime,
        @Nullable Double realisedReturn,
        @Nullable Boolean wentUp,
        @Nullable Boolean wentDown,
        @Nullable Boolean stopped,
        @Nullable String reason) {

    static SignalOutcome unknown(String signalId, Instant outcomeTime, String reason) {
        return new SignalOutcome(signalId, outcomeTime, null, null, null, null, reason);
    }
}
