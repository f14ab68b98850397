package io.auspex.triggers;

import io.auspex.feedback.Deficit;
import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.LossShift;
import io.auspex.feedback.OutcomeWindow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Whether the market has moved away from what was learnt. */
final class DriftFindings {

    private DriftFindings() {}

    static List<Finding> of(RefitRules rules, LiveFigures figures, Instant lastStart) {
        RefitRules.Drift rule = rules.drift();
        List<Finding> findings = new ArrayList<>();
        if (!rule.enabled()) {
            return findings;
        }
        if (!rule.confirmed() || loses(rules, figures)) {
            psi(rule, figures.drift(), findings);
            ks(rule, figures.drift(), findings);
        }
        if (rule.lossShift()) {
            lossShift("loss", "the live loss", figures.shift(), null, lastStart, findings);
            lossShift(
                    "excess",
                    "the live loss of direction less that of the base rates",
                    figures.directionShift(),
                    figures.direction(),
                    lastStart,
                    findings);
        }
        return findings;
    }

    /** A market may look different and still be understood. */
    private static boolean loses(RefitRules rules, LiveFigures figures) {
        OutcomeWindow recent = figures.recent();
        return recent != null
                && recent.outcomes() >= rules.performance().minOutcomes()
                && PerformanceFindings.losesToBaseRates(recent, figures.windows());
    }

    private static void psi(
            RefitRules.Drift rule, List<FeatureDrift> drift, List<Finding> findings) {
        List<FeatureDrift> moved =
                moved(drift, rule, it -> it.psi() > rule.psi(), FeatureDrift::psi);
        if (!moved.isEmpty()) {
            FeatureDrift most = moved.getFirst();
            findings.add(
                    new Finding(
                            "drift",
                            "PSI(%s)=%s > %s%s"
                                    .formatted(
                                            most.feature(),
                                            Numbers.text(most.psi()),
                                            Numbers.text(rule.psi()),
                                            more(moved)),
                            Map.of(
                                    "psi", most.psi(),
                                    "psi_features", (double) moved.size(),
                                    "drift_rows", (double) most.rows())));
        }
    }

    /** Bonferroni: one false alarm of all features together has the chance of the significance. */
    private static void ks(
            RefitRules.Drift rule, List<FeatureDrift> drift, List<Finding> findings) {
        int features = drift.size();
        List<FeatureDrift> moved =
                moved(
                        drift,
                        rule,
                        it ->
                                it.ksPValue() < rule.ksSignificance() / features
                                        && it.ks() > rule.ksDistance(),
                        FeatureDrift::ks);
        if (!moved.isEmpty()) {
            FeatureDrift most = moved.getFirst();
            findings.add(
                    new Finding(
                            "drift",
                            "KS(%s)=%s > %s with p=%s < %s/%d%s"
                                    .formatted(
                                            most.feature(),
                                            Numbers.text(most.ks()),
                                            Numbers.text(rule.ksDistance()),
                                            Numbers.text(most.ksPValue()),
                                            Numbers.text(rule.ksSignificance()),
                                            features,
                                            more(moved)),
                            Map.of(
                                    "ks",
                                    most.ks(),
                                    "ks_p_value",
                                    most.ksPValue(),
                                    "ks_features",
                                    (double) moved.size(),
                                    "drift_rows",
                                    (double) most.rows())));
        }
    }

    /**
     * What was noticed before the last refit has had its refit.
     *
     * @param deficit tells since when, where the shift is of a loss less that of the base rates; it
     *     matters once the champion loses more than they do
     */
    private static void lossShift(
            String name,
            String what,
            @Nullable LossShift shift,
            @Nullable Deficit deficit,
            Instant lastStart,
            List<Finding> findings) {
        if (shift != null && shift.at().isAfter(lastStart) && shift.after() > shift.before()) {
            findings.add(
                    new Finding(
                            "drift",
                            "%s rose from %s to %s over %s outcomes (ADWIN, delta %s)"
                                    .formatted(
                                            what,
                                            Numbers.text(shift.before()),
                                            Numbers.text(shift.after()),
                                            Numbers.count(shift.outcomes()),
                                            Numbers.text(shift.delta())),
                            Map.of(
                                    name + "_before", shift.before(),
                                    name + "_after", shift.after(),
                                    name + "_outcomes", (double) shift.outcomes()),
                            deficit == null || shift.after() <= 0 ? null : deficit.since()));
        }
    }

    private static List<FeatureDrift> moved(
            List<FeatureDrift> drift,
            RefitRules.Drift rule,
            Predicate<FeatureDrift> condition,
            ToDoubleFunction<FeatureDrift> size) {
        return drift.stream()
                .filter(it -> it.rows() >= rule.minRows())
                .filter(condition)
                .sorted(Comparator.comparingDouble(size).reversed())
                .toList();
    }

    private static String more(List<FeatureDrift> moved) {
        int others = moved.size() - 1;
        return others == 0 ? "" : " (and %d more)".formatted(others);
    }
}
