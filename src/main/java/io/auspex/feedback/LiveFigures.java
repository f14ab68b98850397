package io.auspex.feedback;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a model's champion since it took over.
 *
 * @param version the champion; of the ensemble the newest revision of the weights among the
 *     outcomes, 0 before the first
 * @param windows whole windows of equal numbers of outcomes, oldest first
 * @param recent the newest outcomes, at most {@code auspex.feedback.recent}; null when there are
 *     none
 * @param drift the features that moved most first; empty while there are too few live rows
 * @param shift the last change of the loss for the worse; null when there was none
 * @param directionShift the same for the loss of the direction of moves, less that of the base
 *     rates
 * @param move the loss of {@code p_up} and {@code p_down} against the base rates' over the newest
 *     closes; null when there are no outcomes
 * @param direction the same for the direction of moves
 */
public record LiveFigures(
        String model,
        int version,
        List<OutcomeWindow> windows,
        @Nullable OutcomeWindow recent,
        List<FeatureDrift> drift,
        @Nullable LossShift shift,
        @Nullable LossShift directionShift,
        @Nullable Deficit move,
        @Nullable Deficit direction) {

    public LiveFigures {
        windows = List.copyOf(windows);
        drift = List.copyOf(drift);
    }

    /** Of a champion that has just taken over. */
    static LiveFigures none(String model, int version) {
        return new LiveFigures(model, version, List.of(), null, List.of(), null, null, null, null);
    }
}
