package io.auspex.feedback;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a model's champion since it took over.
 *
 * @param version the champion
 * @param windows whole windows of equal numbers of outcomes, oldest first
 * @param recent the newest outcomes, at most {@code auspex.feedback.recent}; null when there are
 *     none
 * @param drift the features that moved most first; empty while there are too few live rows
 * @param shift the last change of the loss for the worse; null when there was none
 */
public record LiveFigures(
        String model,
        int version,
        List<OutcomeWindow> windows,
        @Nullable OutcomeWindow recent,
        List<FeatureDrift> drift,
        @Nullable LossShift shift) {

    public LiveFigures {
        windows = List.copyOf(windows);
        drift = List.copyOf(drift);
    }
}
