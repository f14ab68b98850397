package io.auspex.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.LiveFigures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Whatever the figures are: limits hold, and a start has a reason that a rule gives. */
class RefitDeciderProperties {

    @Property(tries = 2_000, seed = "7")
    void aStartNeverBreaksALimitAndAlwaysHasAReason(
            @ForAll @Size(max = 6) List<@IntRange(min = 0, max = 60) Integer> hoursAgo,
            @ForAll @IntRange(max = 4) int failures,
            @ForAll @LongRange(min = 0, max = 3_000) long candles,
            @ForAll @DoubleRange(max = 1) double accuracy,
            @ForAll @DoubleRange(max = 2) double logLoss,
            @ForAll @IntRange(min = 1, max = 500) int outcomes,
            @ForAll @DoubleRange(max = 0.5) double psi,
            @ForAll @IntRange(max = 20) int trades,
            @ForAll @IntRange(min = -48, max = 48) int dueInHours,
            @ForAll boolean trainerRuns) {
        RefitRules rules = Fixtures.scheduled("every 24h", "UTC");
        RefitHistory history = history(hoursAgo, failures);
        Instant due = Fixtures.NOW.plus(Duration.ofHours(dueInHours));
        LiveFigures figures =
                Fixtures.figures(
                        Fixtures.window(accuracy, logLoss, outcomes),
                        new FeatureDrift("f", psi, 0.1, 0.5, 1_000));
        RefitDecision decision =
                RefitDecider.decide(
                        new RefitInputs(
                                rules,
                                Fixtures.NOW,
                                false,
                                trainerRuns,
                                history,
                                due,
                                candles,
                                figures,
                                (long) trades));
        boolean outcomesAreNew =
                history.last().isEmpty()
                        || history.last().get().at().isBefore(Fixtures.NOW.minusSeconds(300));
        boolean called =
                psi > 0.25
                        || (outcomes >= 200 && outcomesAreNew && logLoss >= 1.0)
                        || trades >= 10
                        || dueInHours <= 0;
        boolean allowed =
                trainerRuns
                        && failures < 3
                        && candles >= 1_000
                        && hoursAgo.stream().noneMatch(hours -> hours < 6)
                        && hoursAgo.stream().filter(hours -> hours < 24).count() < 3;
        assertThat(decision instanceof RefitDecision.Start).isEqualTo(called && allowed);
        assertThat(decision.reason()).isNotBlank();
        assertThat(decision.figures().values()).allMatch(Double::isFinite);
    }

    private static RefitHistory history(List<Integer> hoursAgo, int failures) {
        List<RefitHistory.Start> newestFirst =
                hoursAgo.stream()
                        .sorted()
                        .map(hours -> Fixtures.NOW.minus(Duration.ofHours(hours)))
                        .map(at -> new RefitHistory.Start(at.getEpochSecond(), at, at))
                        .toList();
        return new RefitHistory(
                Fixtures.NOW.minus(Duration.ofDays(90)),
                newestFirst,
                null,
                failures,
                failures == 0 ? null : "it failed");
    }
}
