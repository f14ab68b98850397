package io.auspex.triggers;

import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.OutcomeWindow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        trend(rule.trendRatio(), figures.windows(), lastStart, findings);
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

    private static Map<String, Double> losses(OutcomeWindow recent) {
        return Map.of(
                "log_loss", recent.logLoss(),
                "base_log_loss", recent.baseLogLoss(),
                "outcomes", (double) recent.outcomes());
    }

    private static void trend(
            @Nullable Double ratio,
            List<OutcomeWindow> windows,
            Instant lastStart,
            List<Finding> findings) {
        if (ratio == null
                || windows.size() < MIN_WINDOWS
                || !windows.getLast().to().isAfter(lastStart)) {
            return;
        }
        int earlier = windows.size() - NEWEST_WINDOWS;
        double before = meanAccuracy(windows.subList(0, earlier));
        double now = meanAccuracy(windows.subList(earlier, windows.size()));
        if (now < ratio * before) {
            findings.add(
                    new Finding(
                            "performance",
                            "mean accuracy of the last %d windows %s < %s x %s of the %d before"
                                    .formatted(
                                            NEWEST_WINDOWS,
                                            Numbers.text(now),
                                            Numbers.text(ratio),
                                            Numbers.text(before),
                                            earlier),
                            Map.of(
                                    "accuracy_now", now,
                                    "accuracy_before", before,
                                    "windows", (double) windows.size())));
        }
    }

    private static double meanAccuracy(List<OutcomeWindow> windows) {
        return windows.stream().mapToDouble(OutcomeWindow::accuracy).average().orElseThrow();
    }
}
