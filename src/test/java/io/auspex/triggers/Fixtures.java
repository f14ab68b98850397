package io.auspex.triggers;

import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.LossShift;
import io.auspex.feedback.OutcomeWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Rules, figures and histories that tests change one thing of. */
final class Fixtures {

    static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");

    private Fixtures() {}

    /** Every trigger on, but the schedule. */
    static RefitRules rules() {
        return new RefitRules(
                true,
                new RefitRules.Time(false, "weekly sunday 03:00", "UTC"),
                new RefitRules.Performance(true, null, null, true, 0.01, 200, 0.95),
                new RefitRules.Drift(true, 0.25, 0.01, 0.2, 500, false, true),
                new RefitRules.Trades(true, 10),
                new RefitRules.Limits(3, 1_000, Duration.ofHours(6), 3));
    }

    static RefitRules scheduled(String schedule, String zone) {
        return rules().with(new RefitRules.Time(true, schedule, zone));
    }

    static RefitRules accuracy(double threshold) {
        return rules().with(
                        new RefitRules.Performance(true, threshold, null, true, 0.01, 200, 0.95));
    }

    static OutcomeWindow window(double accuracy, double logLoss, long outcomes) {
        return new OutcomeWindow(
                NOW.minus(Duration.ofHours(30)),
                NOW.minus(Duration.ofMinutes(5)),
                outcomes,
                accuracy,
                0.5,
                logLoss,
                1.0,
                0,
                null,
                null,
                0.4,
                null);
    }

    static LiveFigures figures(@Nullable OutcomeWindow recent, FeatureDrift... drift) {
        return new LiveFigures("m", 1, List.of(), recent, List.of(drift), null, null, null, null);
    }

    static LiveFigures trend(double... accuracies) {
        return new LiveFigures(
                "m",
                1,
                DoubleStream.of(accuracies).mapToObj(it -> window(it, 0.9, 100)).toList(),
                null,
                List.of(),
                null,
                null,
                null,
                null);
    }

    static LiveFigures shifted(Instant at, double before, double after) {
        return new LiveFigures(
                "m",
                1,
                List.of(),
                null,
                List.of(),
                new LossShift(at, before, after, 300, 0.002),
                null,
                null,
                null);
    }

    /** Nothing is wrong: no trigger fires, no limit holds. */
    static RefitInputs quiet(RefitRules rules) {
        return new RefitInputs(
                rules,
                NOW,
                false,
                true,
                lastStarted(Duration.ofDays(3)),
                null,
                5_000L,
                figures(window(0.6, 0.9, 400)),
                0L);
    }

    static RefitInputs with(RefitRules rules, @Nullable LiveFigures figures) {
        return new RefitInputs(
                rules,
                NOW,
                false,
                true,
                lastStarted(Duration.ofDays(3)),
                null,
                5_000L,
                figures,
                0L);
    }

    static RefitInputs with(RefitHistory history, long candles, LiveFigures figures) {
        return new RefitInputs(rules(), NOW, false, true, history, null, candles, figures, 0L);
    }

    static RefitHistory lastStarted(Duration ago) {
        Instant at = NOW.minus(ago);
        return new RefitHistory(
                NOW.minus(Duration.ofDays(60)),
                List.of(new RefitHistory.Start(40, at, at)),
                null,
                0,
                null);
    }
}
