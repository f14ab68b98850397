package io.auspex.api.admin;

import io.auspex.feedback.Deficit;
import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.GuardState;
import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.LossShift;
import io.auspex.feedback.OutcomeWindow;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a champion.
 *
 * @param version the champion; null when none serves here
 * @param drift the features that moved most first, at most {@value #MOST_FEATURES}
 */
@Schema(name = "LiveFigures")
record LiveView(
        String model,
        @Nullable Integer version,
        @Nullable OutcomeWindow recent,
        List<OutcomeWindow> windows,
        List<FeatureDrift> drift,
        @Nullable LossShift shift,
        @Nullable LossShift directionShift,
        @Nullable Deficit move,
        @Nullable Deficit direction,
        List<GuardState> guards) {

    static final int MOST_FEATURES = 20;

    static LiveView of(String model, Optional<LiveFigures> figures, List<GuardState> guards) {
        return figures.map(known ->
                        new LiveView(
                                model,
                                known.version(),
                                known.recent(),
                                known.windows(),
                                known.drift().stream().limit(MOST_FEATURES).toList(),
                                known.shift(),
                                known.directionShift(),
                                known.move(),
                                known.direction(),
                                guards))
                .orElseGet(() ->
                        new LiveView(
                                model, null, null, List.of(), List.of(), null, null, null, null,
                                guards));
    }
}
