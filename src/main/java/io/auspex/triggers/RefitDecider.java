package io.auspex.triggers;

import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.OutcomeWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Decides on one model. A pure function: no clock, no database, no memory. */
final class RefitDecider {

    private static final Duration DAY = Duration.ofDays(1);

    private RefitDecider() {}

    static RefitDecision decide(RefitInputs in) {
        return standing(in)
                .<RefitDecision>map(wait -> wait)
                .orElseGet(() -> {
                    List<Finding> findings = findings(in);
                    if (findings.isEmpty()) {
                        return nothingDue(in);
                    }
                    return limit(in, findings)
                            .<RefitDecision>map(wait -> wait)
                            .orElseGet(() -> new RefitDecision.Start(findings));
                });
    }

    /** What holds whatever the figures are. */
    private static Optional<RefitDecision.Wait> standing(RefitInputs in) {
        RefitRules rules = in.rules();
        RefitHistory history = in.history();
        if (in.frozen()) {
            return waits("frozen", "the model is frozen: it is served as it is, never refitted");
        }
        if (!rules.enabled()) {
            return waits("disabled", "automatic refits of this model are stopped");
        }
        if (!in.trainerRuns()) {
            return waits("trainer-stopped", "the trainer is stopped for all models");
        }
        if (history.open() != null) {
            return waits("refit-open", "refit " + history.open() + " is not finished");
        }
        if (history.failures() >= rules.limits().maxConsecutiveFailures()) {
            return Optional.of(
                    new RefitDecision.Wait(
                            "failures",
                            "%d refits failed one after the other, so automatic refits have stopped until"
                                            .formatted(history.failures())
                                    + " retraining/start resumes them; the last one: "
                                    + history.lastFailure(),
                            Map.of("failures", (double) history.failures())));
        }
        return Optional.empty();
    }

    private static List<Finding> findings(RefitInputs in) {
        List<Finding> findings = new ArrayList<>();
        Instant lastStart = in.history().last().map(RefitHistory.Start::at).orElse(Instant.MIN);
        LiveFigures figures = in.figures();
        if (figures != null) {
            findings.addAll(DriftFindings.of(in.rules(), figures, lastStart));
            findings.addAll(PerformanceFindings.of(in.rules().performance(), figures, lastStart));
        }
        trades(in).ifPresent(findings::add);
        time(in).ifPresent(findings::add);
        return findings;
    }

    private static Optional<Finding> trades(RefitInputs in) {
        RefitRules.Trades rule = in.rules().trades();
        Long closed = in.closedTrades();
        if (!rule.enabled() || closed == null || closed < rule.every()) {
            return Optional.empty();
        }
        return Optional.of(
                new Finding(
                        "trades",
                        "%s closed trades since the last refit, %s wanted"
                                .formatted(Numbers.count(closed), Numbers.count(rule.every())),
                        Map.of("closed_trades", (double) closed)));
    }

    private static Optional<Finding> time(RefitInputs in) {
        Instant due = in.due();
        if (due == null || due.isAfter(in.now())) {
            return Optional.empty();
        }
        RefitRules.Time rule = in.rules().time();
        return Optional.of(
                new Finding(
                        "time",
                        "the schedule '%s' (%s) was due at %s"
                                .formatted(rule.schedule(), rule.zone(), due),
                        Map.of(
                                "late_seconds",
                                (double) Duration.between(due, in.now()).toSeconds())));
    }

    private static Optional<RefitDecision.Wait> limit(RefitInputs in, List<Finding> findings) {
        RefitRules.Limits limits = in.rules().limits();
        Optional<RefitHistory.Start> last = in.history().last();
        if (last.isPresent()) {
            Instant until = last.get().at().plus(limits.cooldown());
            if (in.now().isBefore(until)) {
                return held(
                        "cooldown",
                        "the cooldown of %s lasts until %s"
                                .formatted(Numbers.text(limits.cooldown()), until),
                        findings,
                        Map.of());
            }
        }
        long today =
                in.history().starts().stream()
                        .filter(start -> start.at().isAfter(in.now().minus(DAY)))
                        .count();
        if (today >= limits.maxPerDay()) {
            return held(
                    "day-limit",
                    "%d refits began within 24 h, %d are allowed"
                            .formatted(today, limits.maxPerDay()),
                    findings,
                    Map.of("refits_within_a_day", (double) today));
        }
        Long candles = in.newCandles();
        if (candles == null) {
            return held("counting", "new candles are being counted", findings, Map.of());
        }
        if (candles < limits.minNewCandles()) {
            return held(
                    "few-candles",
                    "%s new candles since the last refit, %s wanted"
                            .formatted(
                                    Numbers.count(candles), Numbers.count(limits.minNewCandles())),
                    findings,
                    Map.of("new_candles", (double) candles));
        }
        return Optional.empty();
    }

    private static Optional<RefitDecision.Wait> held(
            String limit, String why, List<Finding> findings, Map<String, Double> more) {
        Map<String, Double> figures = new TreeMap<>(RefitDecision.merged(findings));
        figures.putAll(more);
        return Optional.of(
                new RefitDecision.Wait(
                        limit + ":" + RefitDecision.rules(findings),
                        RefitDecision.joined(findings) + ", but " + why,
                        figures));
    }

    private static RefitDecision.Wait nothingDue(RefitInputs in) {
        Map<String, Double> figures = new TreeMap<>();
        String live = "no live figures yet";
        if (in.figures() != null && in.figures().recent() != null) {
            OutcomeWindow recent = in.figures().recent();
            figures.put("accuracy", recent.accuracy());
            figures.put("log_loss", recent.logLoss());
            figures.put("base_log_loss", recent.baseLogLoss());
            figures.put("outcomes", (double) recent.outcomes());
            live =
                    "log loss %s, base rates %s, accuracy %s over %s outcomes"
                            .formatted(
                                    Numbers.text(recent.logLoss()),
                                    Numbers.text(recent.baseLogLoss()),
                                    Numbers.text(recent.accuracy()),
                                    Numbers.count(recent.outcomes()));
            Double direction = recent.directionLoss();
            Double base = recent.baseDirectionLoss();
            if (direction != null && base != null) {
                figures.put("log_loss_of_direction", direction);
                figures.put("base_log_loss_of_direction", base);
                figures.put("moves", (double) recent.moves());
                live +=
                        ", of direction %s, base rates %s over %s moves"
                                .formatted(
                                        Numbers.text(direction),
                                        Numbers.text(base),
                                        Numbers.count(recent.moves()));
            }
        }
        return new RefitDecision.Wait(
                "nothing-due",
                "nothing calls for a refit; next by schedule: %s; %s"
                        .formatted(in.due() == null ? "never" : in.due(), live),
                figures);
    }

    private static Optional<RefitDecision.Wait> waits(String key, String reason) {
        return Optional.of(new RefitDecision.Wait(key, reason, Map.of()));
    }
}
