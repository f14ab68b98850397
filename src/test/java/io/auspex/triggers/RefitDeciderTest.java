package io.auspex.triggers;

import static io.auspex.triggers.Fixtures.NOW;
import static io.auspex.triggers.Fixtures.accuracy;
import static io.auspex.triggers.Fixtures.figures;
import static io.auspex.triggers.Fixtures.lastStarted;
import static io.auspex.triggers.Fixtures.quiet;
import static io.auspex.triggers.Fixtures.rules;
import static io.auspex.triggers.Fixtures.scheduled;
import static io.auspex.triggers.Fixtures.shifted;
import static io.auspex.triggers.Fixtures.trend;
import static io.auspex.triggers.Fixtures.window;
import static io.auspex.triggers.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.feedback.Deficit;
import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.LossShift;
import io.auspex.feedback.OutcomeWindow;
import io.auspex.model.LossTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefitDeciderTest {

    private static final LiveFigures BAD = figures(window(0.6, 1.02, 400));

    @Test
    void theSentenceOfTheIssueIsSaid() {
        RefitDecision decision =
                RefitDecider.decide(
                        with(
                                accuracy(0.55),
                                figures(
                                        window(0.52, 0.9, 400),
                                        new FeatureDrift("rsi_14@5m", 0.31, 0.1, 0.2, 2_000),
                                        new FeatureDrift("atr_14@5m", 0.2, 0.1, 0.2, 2_000))));
        assertThat(decision).isInstanceOf(RefitDecision.Start.class);
        assertThat(RetrainingDecision.started(41, decision.reason()))
                .isEqualTo(
                        "refit 41 started: PSI(rsi_14@5m)=0.31 > 0.25 and accuracy 0.52 < 0.55 over 400 outcomes");
        assertThat(decision.key()).isEqualTo("start:drift+performance");
        assertThat(decision.figures())
                .containsEntry("psi", 0.31)
                .containsEntry("accuracy", 0.52)
                .containsEntry("outcomes", 400.0);
    }

    @Test
    void nothingStartsWhileNothingIsWrongAndTheFiguresAreSaid() {
        assertWaits(
                quiet(rules()),
                "nothing-due",
                "nothing calls for a refit; next by schedule: never; log loss 0.9, base rates 1, accuracy 0.6 over 400 outcomes");
        assertWaits(
                with(rules(), (LiveFigures) null),
                "nothing-due",
                "nothing calls for a refit; next by schedule: never; no live figures yet");
    }

    @Test
    void theLiveLossIsMeasuredAgainstTheBaseRates() {
        assertStarts(
                with(rules(), BAD),
                "log loss 1.02 is not below 1 of the base rates over 400 outcomes");
        assertStarts(
                with(rules(), figures(window(0.6, 1.0, 400))),
                "log loss 1 is not below 1 of the base rates over 400 outcomes");
        assertWaits(with(rules(), figures(window(0.6, 0.999, 400))), "nothing-due", "0.999");
    }

    @Test
    void aFewOutcomesProveNothing() {
        assertWaits(with(accuracy(0.7), figures(window(0.1, 1.3, 199))), "nothing-due", "199");
        assertStarts(
                with(accuracy(0.7), figures(window(0.1, 0.9, 200))),
                "accuracy 0.1 < 0.7 over 200 outcomes");
    }

    @Test
    void outcomesFromBeforeTheLastRefitHaveHadIt() {
        RefitHistory justNow = lastStarted(Duration.ofMinutes(1));
        assertWaits(with(justNow, 5_000, BAD), "nothing-due", "1.02");
    }

    /** 3 windows against the 2 before: 0.4 and 0.95 x 0.5. */
    @Test
    void aFallingAccuracyIsSeenInTheLastThreeOfAtLeastFiveWindows() {
        assertStarts(
                with(rules(), trend(0.5, 0.5, 0.4, 0.4, 0.4)),
                "mean accuracy of the last 3 windows 0.4 < 0.95 x 0.5, which the lead of the 2 before over the base rates would give");
        assertWaits(with(rules(), trend(0.5, 0.4, 0.4, 0.4)), "nothing-due", "");
        assertWaits(with(rules(), trend(0.5, 0.5, 0.48, 0.48, 0.48)), "nothing-due", "");
    }

    /**
     * The market moves more, so that everybody is right less often: the lead of 0.1 is the same.
     */
    @Test
    void anAccuracyThatFallsWithThatOfTheBaseRatesIsNoFall() {
        assertWaits(
                with(rules(), windows(0.8, 0.7, 0.8, 0.7, 0.5, 0.4, 0.5, 0.4, 0.5, 0.4)),
                "nothing-due",
                "");
        assertStarts(
                with(rules(), windows(0.8, 0.7, 0.8, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8)),
                "mean accuracy of the last 3 windows 0.8 < 0.95 x 0.9");
    }

    /** Leads of 0.2 and 0.0 differ by more than their mean and 0.03 do. */
    @Test
    void anAccuracyThatFallsByLessThanWindowsDifferByIsNoFall() {
        assertWaits(
                with(rules(), windows(0.7, 0.5, 0.5, 0.5, 0.53, 0.5, 0.53, 0.5, 0.53, 0.5)),
                "nothing-due",
                "");
    }

    @Test
    void aChampionThatIsWorseThanTheBaseRatesIsRefittedFromThenOn() {
        Instant since = NOW.minus(Duration.ofDays(4));
        RefitInputs in =
                with(
                        rules(),
                        new LiveFigures(
                                "m",
                                1,
                                List.of(),
                                null,
                                List.of(),
                                null,
                                null,
                                new Deficit(4_000, 0.9, 1.0, tested(-0.1, 0.999), null),
                                new Deficit(1_870, 0.74, 0.69, tested(0.05, 0.002), since)));
        assertStarts(
                in,
                "log loss of direction 0.74 is worse than 0.69 of the base rates by more than chance"
                        + " (p=0.002 < 0.01 over 1,870 moves), most likely since 2026-02-26T12:00:00Z");
        assertThat(((RefitDecision.Start) RefitDecider.decide(in)).dataFrom()).isEqualTo(since);
        assertThat(((RefitDecision.Start) RefitDecider.decide(with(rules(), BAD))).dataFrom())
                .as("for other reasons it learns from all")
                .isNull();
    }

    /** The gate asks for the direction alone, so that the triggers look at it alone too. */
    @Test
    void aTurnOfTheDirectionStartsARefitAndWhatWasBeforeItIsLeftOutOnceTheBaseRatesAreBetter() {
        Instant since = NOW.minus(Duration.ofDays(3));
        assertThat(start(turned(-0.05, 0.04, since)).dataFrom()).isEqualTo(since);
        assertThat(start(turned(-0.05, 0.04, since)).reason())
                .isEqualTo(
                        "the live loss of direction less that of the base rates rose from -0.05 to 0.04"
                                + " over 700 outcomes (ADWIN, delta 0.002)");
        assertThat(start(turned(-0.05, -0.01, since)).dataFrom()).isNull();
    }

    private static RefitDecision.Start start(LiveFigures figures) {
        return (RefitDecision.Start) RefitDecider.decide(with(rules(), figures));
    }

    private static LiveFigures turned(double before, double after, Instant since) {
        return new LiveFigures(
                "m",
                1,
                List.of(),
                null,
                List.of(),
                null,
                new LossShift(NOW.minus(Duration.ofHours(1)), before, after, 700, 0.002),
                null,
                new Deficit(700, 0.7, 0.69, tested(0.01, 0.2), since));
    }

    @Test
    void aLossToTheBaseRatesByChanceIsNoReason() {
        assertWaits(
                with(
                        rules(),
                        new LiveFigures(
                                "m",
                                1,
                                List.of(),
                                null,
                                List.of(),
                                null,
                                null,
                                new Deficit(10, 1.1, 1.0, new LossTest.Untestable(10, "few"), NOW),
                                new Deficit(1_870, 0.7, 0.69, tested(0.01, 0.011), NOW))),
                "nothing-due",
                "");
    }

    private static LossTest tested(double gain, double pValue) {
        return new LossTest.Tested(864, 11, gain, gain > 0 ? 3 : -3, pValue);
    }

    /** Pairs of a window's accuracy and that of the base rates. */
    private static LiveFigures windows(double... accuracies) {
        List<OutcomeWindow> windows = new ArrayList<>();
        for (int i = 0; i < accuracies.length; i += 2) {
            windows.add(
                    new OutcomeWindow(
                            NOW.minus(Duration.ofHours(30)),
                            NOW.minus(Duration.ofMinutes(5)),
                            500,
                            accuracies[i],
                            accuracies[i + 1],
                            0.9,
                            1.0,
                            200,
                            0.68,
                            0.69,
                            0.4,
                            null));
        }
        return new LiveFigures("m", 1, windows, null, List.of(), null, null, null, null);
    }

    @Test
    void driftNeedsItsRowsAndKolmogorovSmirnovAHundredthOverTheFeaturesAndADistance() {
        assertWaits(with(rules(), drift(new FeatureDrift("a", 9, 0.9, 0, 499))), "nothing-due", "");
        assertStarts(
                with(
                        rules(),
                        drift(
                                new FeatureDrift("a", 0.1, 0.3, 0.004, 600),
                                new FeatureDrift("b", 0.1, 0.1, 1e-9, 600))),
                "KS(a)=0.3 > 0.2 with p=0.004 < 0.01/2");
        // Of three features 0.004 is not below 0.01 / 3.
        assertWaits(
                with(
                        rules(),
                        drift(
                                new FeatureDrift("a", 0.1, 0.3, 0.004, 600),
                                new FeatureDrift("b", 0.1, 0.1, 1e-9, 600),
                                new FeatureDrift("c", 0.1, 0.1, 0.5, 600))),
                "nothing-due",
                "");
        assertStarts(
                with(
                        rules(),
                        drift(
                                new FeatureDrift("a", 0.3, 0, 1, 600),
                                new FeatureDrift("b", 0.5, 0, 1, 600))),
                "PSI(b)=0.5 > 0.25 (and 1 more)");
    }

    /** By default: a market may look different and still be understood. */
    @Test
    void confirmedDriftCountsWhileTheLiveLossIsNotBelowTheBaseRates() {
        RefitRules confirmed =
                rules().with(new RefitRules.Drift(true, 0.25, 0.01, 0.2, 500, true, true));
        FeatureDrift moved = new FeatureDrift("a", 0.6, 0.5, 0, 600);
        assertWaits(with(confirmed, figures(window(0.6, 0.9, 400), moved)), "nothing-due", "");
        assertWaits(with(confirmed, figures(window(0.6, 1.1, 199), moved)), "nothing-due", "");
        assertWaits(with(confirmed, drift(moved)), "nothing-due", "");
        assertStarts(
                with(confirmed, figures(window(0.6, 1.1, 400), moved)),
                "PSI(a)=0.6 > 0.25 and KS(a)=0.5 > 0.2 with p=0 < 0.01/1 and log loss 1.1 is not below 1");
    }

    @Test
    void aRiseOfTheLossStartsARefitOnceAndAFallDoesNot() {
        Instant anHourAgo = NOW.minus(Duration.ofHours(1));
        assertStarts(
                with(rules(), shifted(anHourAgo, 0.93, 1.05)),
                "the live loss rose from 0.93 to 1.05 over 300 outcomes (ADWIN, delta 0.002)");
        assertWaits(with(rules(), shifted(anHourAgo, 1.05, 0.93)), "nothing-due", "");
        assertWaits(
                with(rules(), shifted(NOW.minus(Duration.ofDays(4)), 0.93, 1.05)),
                "nothing-due",
                "");
    }

    @Test
    void closedTradesStartARefitEveryTen() {
        assertWaits(trades(9L), "nothing-due", "");
        assertWaits(trades(null), "nothing-due", "");
        assertStarts(trades(10L), "10 closed trades since the last refit, 10 wanted");
    }

    @Test
    void theCooldownHolds() {
        assertWaits(
                with(lastStarted(Duration.ofHours(5)), 5_000, BAD),
                "cooldown:performance",
                "log loss 1.02 is not below 1 of the base rates over 400 outcomes, but the cooldown of 6 h lasts until"
                        + " 2026-03-02T13:00:00Z");
        assertStarts(with(lastStarted(Duration.ofHours(6)), 5_000, BAD), "log loss 1.02");
    }

    @Test
    void threeRefitsADayAreEnough() {
        assertWaits(
                with(started(7, 9, 23), 5_000, BAD),
                "day-limit:performance",
                "3 refits began within 24 h");
        assertStarts(with(started(7, 9, 24), 5_000, BAD), "log loss 1.02");
    }

    @Test
    void newCandlesAreWaitedFor() {
        assertWaits(
                with(lastStarted(Duration.ofDays(3)), 999, BAD),
                "few-candles:performance",
                "999 new candles since the last refit, 1,000 wanted");
    }

    @Test
    void failuresInARowStopItAndTheReasonIsSaid() {
        RefitHistory twice = failures(2);
        assertStarts(with(twice, 5_000, BAD), "log loss 1.02");
        assertWaits(
                with(failures(3), 5_000, BAD),
                "failures",
                "3 refits failed one after the other, so automatic refits have stopped until retraining/start resumes"
                        + " them; the last one: out of memory");
        assertStarts(with(failures(3).resumed(), 5_000, BAD), "log loss 1.02");
    }

    @Test
    void frozenStoppedAndOpenComeBeforeEverything() {
        assertWaits(with(rules().switched(false), BAD), "disabled", "");
        RefitInputs in = with(rules(), BAD);
        assertWaits(
                new RefitInputs(
                        rules().switched(false),
                        NOW,
                        true,
                        true,
                        in.history(),
                        null,
                        5_000L,
                        BAD,
                        null),
                "frozen",
                "");
        assertWaits(
                new RefitInputs(
                        in.rules(), NOW, false, false, in.history(), null, 5_000L, BAD, null),
                "trainer-stopped",
                "");
        assertWaits(
                with(
                        lastStarted(Duration.ofDays(3))
                                .started(new RefitHistory.Start(41, NOW, NOW)),
                        5_000,
                        BAD),
                "refit-open",
                "refit 41 is not finished");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "weekly",
                "weekly someday 03:00",
                "every 0h",
                "every 5",
                "cron * *",
                "cron 61 * * * *",
                "soon"
            })
    void aScheduleThatIsNoneIsRefused(String schedule) {
        assertThatThrownBy(() -> scheduled(schedule, "UTC"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weekly sunday 03:00")
                .hasMessageContaining(schedule);
        assertThatThrownBy(() -> scheduled("never", "Mars/Olympus"))
                .hasMessageContaining("Mars/Olympus");
    }

    private static RefitHistory started(long... hoursAgo) {
        RefitHistory history = RefitHistory.none(NOW.minus(Duration.ofDays(60)));
        for (int i = hoursAgo.length - 1; i >= 0; i--) {
            Instant at = NOW.minus(Duration.ofHours(hoursAgo[i]));
            history = history.started(new RefitHistory.Start(50 - i, at, at)).succeeded(50 - i);
        }
        return history;
    }

    private static RefitHistory failures(int count) {
        RefitHistory history = RefitHistory.none(NOW.minus(Duration.ofDays(60)));
        for (int i = 1; i <= count; i++) {
            Instant at = NOW.minus(Duration.ofDays(9 - i));
            history = history.started(new RefitHistory.Start(i, at, at)).failed(i, "out of memory");
        }
        return history;
    }

    private static RefitInputs trades(Long closed) {
        RefitInputs in = quiet(rules());
        return new RefitInputs(
                in.rules(), NOW, false, true, in.history(), null, 5_000L, in.figures(), closed);
    }

    private static LiveFigures drift(FeatureDrift... drift) {
        return new LiveFigures("m", 1, List.of(), null, List.of(drift), null, null, null, null);
    }

    private static void assertStarts(RefitInputs in, String reason) {
        RefitDecision decision = RefitDecider.decide(in);
        assertThat(decision).isInstanceOf(RefitDecision.Start.class);
        assertThat(decision.reason()).startsWith(reason);
    }

    private static void assertWaits(RefitInputs in, String key, String reason) {
        RefitDecision decision = RefitDecider.decide(in);
        assertThat(decision).as(decision.reason()).isInstanceOf(RefitDecision.Wait.class);
        assertThat(decision.key()).isEqualTo(key);
        assertThat(decision.reason()).contains(reason);
    }
}
