package io.auspex.feedback;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How well a champion did over signals whose outcome is known. An outcome counts when the model
 * spoke, also when a guard held back what it said: otherwise a guard could never let go. A signal
 * that abstained before the model could speak does not count.
 *
 * @param from close time of the first signal
 * @param to close time of the last signal
 * @param accuracy share of outcomes whose likeliest of up, down and neither came true
 * @param baseAccuracy the same for the base rates of the training window
 * @param logLoss mean log loss of {@code p_up} plus that of {@code p_down}, in nats
 * @param baseLogLoss the same for the base rates of the training window
 * @param moves outcomes that passed a threshold
 * @param directionLoss mean log loss of {@code p_up / (p_up + p_down)} over the moves, in nats;
 *     null when there was none
 * @param baseDirectionLoss the same for the base rates of the training window
 * @param brier mean squared error of {@code p_up} plus that of {@code p_down}
 * @param coverage share of returns inside the conformal interval for 80 %; null when the model has
 *     no interval
 */
public record OutcomeWindow(
        Instant from,
        Instant to,
        long outcomes,
        double accuracy,
        double baseAccuracy,
        double logLoss,
        double baseLogLoss,
        long moves,
        @Nullable Double directionLoss,
        @Nullable Double baseDirectionLoss,
        double brier,
        @Nullable Double coverage) {

    public OutcomeWindow {
        if (outcomes < 1) {
            throw new IllegalArgumentException("a window has outcomes: " + outcomes);
        }
        if (to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "a window ends after it begins: " + from + ", " + to);
        }
    }
}
