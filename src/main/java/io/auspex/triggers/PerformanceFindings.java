package io.auspex.triggers;

import io.auspex.feedback.Deficit;
import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.OutcomeWindow;
import io.auspex.model.LossTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.hipparchus.distribution.continuous.TDistribution;
import org.jspecify.annotations.Nullable;

/** Whether the champion does badly. */
final class PerformanceFindings {

    /** Windows whose mean is compared with that of the earlier ones. */
    static final int NEWEST_WINDOWS = 3;

    /** Windows that there must be. */
    static final int MIN_WINDOWS = 5;

    private static final int CONFIRMING_WINDOWS = 4;

    private PerformanceFindings() {}

    static List<Finding> of(RefitRules.Performance rule, LiveFigures figures, Instant lastStart) {
        List<Finding> findings = new ArrayList<>();
        if (!rule.enabled()) {
            return findings;
        }
        OutcomeWindow recent = figures.recent();
        // Outcomes from before the last refit have had their refit.
        if (recent != null
                && recent.outcomes() >= rule.minOutcomes()
                && recent.to().isAfter(lastStart)) {
            recent(rule, recent, figures.windows(), findings);
        }
        Double significance = rule.worseSignificance();
        if (significance != null) {
            worse("log loss", "outcomes", figures.move(), significance).ifPresent(findings::add);
            worse("log loss of direction", "moves", figures.direction(), significance)
                    .ifPresent(findings::add);
        }
        trend(rule, figures.windows(), lastStart, findings);
        return findings;
    }

    /**
     * Outcomes of neighbouring closes share most of their horizon, so that a good model loses a
     * window now and then: the mean of the newest {@value #CONFIRMING_WINDOWS} whole windows, or of
     * as many as there are, must say the same.
     */
    static boolean losesToBaseRates(OutcomeWindow recent, List<OutcomeWindow> windows) {
        double excess =
                windows.stream()
                        .skip(Math.max(0, windows.size() - CONFIRMING_WINDOWS))
                        .mapToDouble(window -> window.logLoss() - window.baseLogLoss())
                        .average()
                        .orElse(0);
        return recent.logLoss() >= recent.baseLogLoss() && excess >= 0;
    }

    private static void recent(
            RefitRules.Performance rule,
            OutcomeWindow recent,
            List<OutcomeWindow> windows,
            List<Finding> findings) {
        String over = " over " + Numbers.count(recent.outcomes()) + " outcomes";
        Double accuracy = rule.accuracyThreshold();
        if (accuracy != null && recent.accuracy() < accuracy) {
            findings.add(
                    new Finding(
                            "performance",
                            "accuracy %s < %s%s"
                                    .formatted(
                                            Numbers.text(recent.accuracy()),
                                            Numbers.text(accuracy),
                                            over),
                            Map.of(
                                    "accuracy",
                                    recent.accuracy(),
                                    "outcomes",
                                    (double) recent.outcomes())));
        }
        Double logLoss = rule.logLossThreshold();
        if (logLoss != null && recent.logLoss() > logLoss) {
            findings.add(
                    new Finding(
                            "performance",
                            "log loss %s > %s%s"
                                    .formatted(
                                            Numbers.text(recent.logLoss()),
                                            Numbers.text(logLoss),
                                            over),
                            losses(recent)));
        }
        if (rule.againstBaseRate() && losesToBaseRates(recent, windows)) {
            findings.add(
                    new Finding(
                            "performance",
                            "log loss %s is not below %s of the base rates%s"
                                    .formatted(
                                            Numbers.text(recent.logLoss()),
                                            Numbers.text(recent.baseLogLoss()),
                                            over),
                            losses(recent)));
        }
    }

    /**
     * The champion is worse than no model by more than chance: what it learnt is not so any more.
     */
    private static Optional<Finding> worse(
            String loss, String counted, @Nullable Deficit deficit, double significance) {
        if (deficit == null
                || !(deficit.test() instanceof LossTest.Tested test)
                || !test.passes(significance)) {
            return Optional.empty();
        }
        Instant since = deficit.since();
        String name = loss.replace(' ', '_');
        return Optional.of(
                new Finding(
                        "performance",
                        "%s %s is worse than %s of the base rates by more than chance (p=%s < %s over %s %s)%s"
                                .formatted(
                                        loss,
                                        Numbers.text(deficit.loss()),
                                        Numbers.text(deficit.baseLoss()),
                                        Numbers.text(test.pValue()),
                                        Numbers.text(significance),
                                        Numbers.count(deficit.outcomes()),
                                        counted,
                                        since == null ? "" : ", most likely since " + since),
                        Map.of(
                                name,
                                deficit.loss(),
                                "base_" + name,
                                deficit.baseLoss(),
                                name + "_p_value",
                                test.pValue(),
                                counted,
                                (double) deficit.outcomes()),
                        since));
    }

    private static Map<String, Double> losses(OutcomeWindow recent) {
        return Map.of(
                "log_loss", recent.logLoss(),
                "base_log_loss", recent.baseLogLoss(),
                "outcomes", (double) recent.outcomes());
    }

    /**
     * Accuracy goes up and down with how often the market moves at all. So what is compared is its
     * lead over the accuracy of the base rates, and it must have fallen by more than windows differ
     * by.
     */
    private static void trend(
            RefitRules.Performance rule,
            List<OutcomeWindow> windows,
            Instant lastStart,
            List<Finding> findings) {
        Double ratio = rule.trendRatio();
        if (ratio == null
                || windows.size() < MIN_WINDOWS
                || !windows.getLast().to().isAfter(lastStart)) {
            return;
        }
        int earlier = windows.size() - NEWEST_WINDOWS;
        List<OutcomeWindow> newest = windows.subList(earlier, windows.size());
        double now = mean(newest, OutcomeWindow::accuracy);
        double base = mean(newest, OutcomeWindow::baseAccuracy);
        double[] leads =
                windows.stream().limit(earlier).mapToDouble(PerformanceFindings::lead).toArray();
        double expected = base + Arrays.stream(leads).average().orElseThrow();
        Double significance = rule.worseSignificance();
        if (now < ratio * expected
                && (significance == null || fallen(leads, now - base) < significance)) {
            findings.add(
                    new Finding(
                            "performance",
                            "mean accuracy of the last %d windows %s < %s x %s, which the lead of the %d before over the base rates would give"
                                    .formatted(
                                            NEWEST_WINDOWS,
                                            Numbers.text(now),
                                            Numbers.text(ratio),
                                            Numbers.text(expected),
                                            earlier),
                            Map.of(
                                    "accuracy_now", now,
                                    "accuracy_expected", expected,
                                    "base_accuracy_now", base,
                                    "windows", (double) windows.size())));
        }
    }

    /** One-sided p-value that the newest windows' mean lead is one of the earlier ones. */
    private static double fallen(double[] leads, double now) {
        double mean = Arrays.stream(leads).average().orElseThrow();
        double squares = Arrays.stream(leads).map(lead -> (lead - mean) * (lead - mean)).sum();
        double deviation = Math.sqrt(squares / (leads.length - 1));
        double t =
                (now - mean) / (deviation * Math.sqrt(1.0 / NEWEST_WINDOWS + 1.0 / leads.length));
        // Without any deviation the slightest fall is one, and no fall is none.
        return Double.isFinite(t)
                ? new TDistribution(leads.length - 1).cumulativeProbability(t)
                : now < mean ? 0 : 1;
    }

    private static double lead(OutcomeWindow window) {
        return window.accuracy() - window.baseAccuracy();
    }

    private static double mean(List<OutcomeWindow> windows, ToDoubleFunction<OutcomeWindow> of) {
        return windows.stream().mapToDouble(of).average().orElseThrow();
    }
}
