package io.auspex.retraining;

import io.auspex.model.GateSpec;
import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.model.LossTest;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainingReport;
import io.auspex.retraining.GateCase.Champion;
import io.auspex.retraining.GateCase.Check;
import io.auspex.retraining.GateDecision.Promote;
import io.auspex.retraining.GateDecision.Reject;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a candidate serves. It must be sound (schema, self-test, parity), and it must
 * have evidence: out of sample both its loss and its direction beat the base rate by more than
 * chance, on enough rows, and its loss beats the champion's on rows that neither has seen. The
 * champion comparison asks for a proven gain in the loss of {@code p_up} and {@code p_down}, and
 * refuses a proven loss in direction.
 *
 * <p>The chance of a false promotion is bounded by {@link GateSpec#significance}: all tests must
 * pass, so it is at most the smallest of theirs; that against a champion may ask for less. Pure
 * function; thread-safe.
 */
final class Gate {

    private static final String WITHOUT = "promoted without evidence, as asked";
    private static final String UNASKED = "promoted as asked, though its evidence would do";

    private Gate() {}

    /** The decision, with a reason that names the figures, or every condition that failed. */
    static GateDecision decide(GateCase candidate, PromotePolicy policy) {
        List<String> unsound = unsound(candidate);
        List<String> unproven = unproven(candidate);
        if (!unsound.isEmpty()) {
            List<String> all = new ArrayList<>(unsound);
            all.addAll(unproven);
            return new Reject(String.join("; ", all));
        }
        String missing = String.join("; ", unproven);
        return switch (policy) {
            case EVIDENCE ->
                    unproven.isEmpty()
                            ? new Promote(merits(candidate), false)
                            : new Reject(missing);
            case ALWAYS ->
                    unproven.isEmpty()
                            ? new Promote(UNASKED + ": " + merits(candidate), true)
                            : new Promote(WITHOUT + ": " + missing, true);
        };
    }

    private static List<String> unsound(GateCase candidate) {
        List<String> broken = new ArrayList<>();
        broken(candidate.schema()).ifPresent(broken::add);
        broken(candidate.selfTest()).ifPresent(broken::add);
        broken(candidate.parity()).ifPresent(broken::add);
        return broken;
    }

    private static Optional<String> broken(Check check) {
        return switch (check) {
            case Check.Passed _ -> Optional.empty();
            case Check.Broken broken -> Optional.of(broken.reason());
        };
    }

    private static List<String> unproven(GateCase candidate) {
        double significance = candidate.spec().gate().significance();
        LossTest move = candidate.report().evidence().move();
        LossTest direction = candidate.report().evidence().direction();
        List<String> failed = new ArrayList<>();
        int minRows = candidate.spec().gate().minTestRows();
        if (move.rows() < minRows) {
            failed.add("only %d rows were tested, %d are needed".formatted(move.rows(), minRows));
        }
        if (!move.passes(significance) && !suffices(candidate, move, significance)) {
            failed.add(
                    losses(candidate.report(), "does not beat")
                            + " by more than chance ("
                            + figures(move, significance)
                            + ")");
        }
        if (direction != null && !direction.passes(significance)) {
            failed.add(
                    "direction is not predicted by more than chance ("
                            + figures(direction, significance)
                            + ")");
        }
        againstChampion(candidate.champion(), candidate.spec().gate()).ifPresent(failed::add);
        return failed;
    }

    /**
     * The closes since a change are few, and moves are what takes many to prove. What is wanted of
     * a candidate that has to beat a champion is then that it is not proven to move worse than the
     * base rates; its direction has to be proven all the same, and with it the chance of a false
     * promotion is bounded.
     */
    private static boolean suffices(GateCase candidate, LossTest move, double significance) {
        return candidate.sinceChange()
                && candidate.champion() instanceof Champion.Compared
                && candidate.report().evidence().direction() != null
                && move instanceof LossTest.Tested tested
                && tested.pValue() <= 1 - significance;
    }

    private static Optional<String> againstChampion(Champion champion, GateSpec gate) {
        return switch (champion) {
            case Champion.None _ -> Optional.empty();
            case Champion.Unproven _ -> Optional.empty();
            case Champion.TooFewRows few ->
                    Optional.of(
                            "only %d rows unseen by champion v%d yet, %d needed"
                                    .formatted(few.rows(), few.version(), few.needed()));
            case Champion.Unscored unscored ->
                    Optional.of(
                            "champion v%d cannot be compared: %s"
                                    .formatted(unscored.version(), unscored.reason()));
            case Champion.Compared compared -> worse(compared, gate);
        };
    }

    private static Optional<String> worse(Champion.Compared compared, GateSpec gate) {
        LossTest move = compared.against().move();
        if (!move.passes(gate.overChampion())) {
            return Optional.of(
                    "does not beat champion v%d (%s)"
                            .formatted(compared.version(), figures(move, gate.overChampion())));
        }
        if (compared.against().direction() instanceof LossTest.Tested direction
                && direction.pValue() > 1 - gate.significance()) {
            return Optional.of(
                    "predicts direction worse than champion v%d (p=%s)"
                            .formatted(compared.version(), p(1 - direction.pValue())));
        }
        return Optional.empty();
    }

    private static String merits(GateCase candidate) {
        TrainingReport report = candidate.report();
        String merits =
                losses(
                                report,
                                report.evidence()
                                                .move()
                                                .passes(candidate.spec().gate().significance())
                                        ? "beats"
                                        : "since the market changed is not proven worse than")
                        + " ("
                        + passed(report.evidence().move())
                        + ")"
                        + direction(report.evidence().direction());
        return switch (candidate.champion()) {
            case Champion.Compared compared ->
                    "%s; beats champion v%d (%s)"
                            .formatted(
                                    merits, compared.version(), passed(compared.against().move()));
            case Champion.Unproven unproven ->
                    merits + "; replaces champion v" + unproven.version() + ", which is unproven";
            case Champion.None _, Champion.TooFewRows _, Champion.Unscored _ -> merits;
        };
    }

    private static List<Head> judged(TrainingReport report) {
        boolean ofTrades = report.total().containsKey(Head.P_PROFIT);
        return (ofTrades ? ModelKind.TRADE_OUTCOME : ModelKind.MARKET).judgedHeads();
    }

    /** The log losses of p_up and p_down together, the model's and the base rate's. */
    private static String losses(TrainingReport report, String verb) {
        double model = 0;
        double base = 0;
        for (Head head : judged(report)) {
            if (!(report.total().get(head) instanceof HeadMetrics.Probability metrics)
                    || metrics.logLoss() == null
                    || metrics.baseLogLoss() == null) {
                return "log loss " + verb + " base rate";
            }
            model += metrics.logLoss();
            base += metrics.baseLogLoss();
        }
        return "log loss %s %s base rate %s".formatted(decimals(model), verb, decimals(base));
    }

    private static String direction(@Nullable LossTest direction) {
        return direction == null ? "" : ", direction " + passed(direction);
    }

    private static String passed(LossTest test) {
        return switch (test) {
            case LossTest.Tested tested ->
                    "p=%s over %d blocks".formatted(p(tested.pValue()), tested.blocks());
            case LossTest.Untestable untestable -> untestable.reason();
        };
    }

    private static String figures(LossTest test, double significance) {
        return switch (test) {
            case LossTest.Tested _ -> "%s, %s needed".formatted(passed(test), p(significance));
            case LossTest.Untestable untestable -> untestable.reason();
        };
    }

    private static String decimals(double loss) {
        return String.format(Locale.ROOT, "%.4f", loss);
    }

    /** Two significant digits, and no 0 for what is merely tiny. */
    private static String p(double value) {
        if (value < 1e-6) {
            return "<0.000001";
        }
        return new BigDecimal(value).round(new MathContext(2)).stripTrailingZeros().toPlainString();
    }
}
