package io.auspex.ensemble;

import io.auspex.model.Calibration;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.PlattCalibration;
import io.auspex.model.TargetSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What scores of the {@link IndicatorRules} mean: by Platt's method for each probability, by least
 * squares for the expected return, on stored candles up to a moment. A line that would slope
 * against the rules is flat instead: then the rules say the base rates, and nothing of direction.
 *
 * <p>Of the styles the one counts that would have said most of rises and falls (the least log loss
 * on the same candles; on a tie the first). Rules that go with a move and rules that expect it to
 * turn contradict each other: all together they lean nowhere on a market with a trend, which is why
 * they may not all count.
 *
 * @param rules version of the rules
 * @param style the rules that count; in calibrations of version 1, which had no styles, all
 * @param from close time of the first candle that a score was taken at
 * @param to close time of the last candle that was looked at
 * @param rows scores with a known outcome
 * @param heads a line through the score for a rise and the return, through its negative for a fall
 *     and the stop
 */
record RuleCalibration(
        int rules,
        RuleStyle style,
        Instant from,
        Instant to,
        int rows,
        Map<Head, Calibration> heads) {

    /** With fewer there is nothing worth saying. */
    static final int MIN_ROWS = 500;

    RuleCalibration(
            int rules,
            @Nullable RuleStyle style,
            Instant from,
            Instant to,
            int rows,
            Map<Head, Calibration> heads) {
        Map<Head, Calibration> ordered = new EnumMap<>(Head.class);
        ordered.putAll(heads);
        this.rules = rules;
        this.style = style == null ? RuleStyle.ALL : style;
        this.from = from;
        this.to = to;
        this.rows = rows;
        this.heads = ordered;
        if (!ordered.keySet().containsAll(ModelKind.MARKET.heads())) {
            throw new IllegalArgumentException(
                    "a calibration is of every head: " + ordered.keySet());
        }
    }

    /**
     * Fits all heads of every style and takes the one that says most.
     *
     * @param scores of each style, finite, at least {@link #MIN_ROWS}
     * @param returns what came of each over the horizon, as fractions
     * @param scales of the targets' thresholds, as {@link TargetSpec#scale} has them
     */
    static RuleCalibration fit(
            Instant from,
            Instant to,
            TargetSpec targets,
            Map<RuleStyle, double[]> scores,
            double[] returns,
            double[] scales) {
        int n = returns.length;
        if (n < MIN_ROWS) {
            throw new IllegalArgumentException("%d rows; at least %d".formatted(n, MIN_ROWS));
        }
        boolean[] up = new boolean[n];
        boolean[] down = new boolean[n];
        boolean[] stop = new boolean[n];
        for (int i = 0; i < n; i++) {
            up[i] = targets.up(returns[i], scales[i]);
            down[i] = targets.down(returns[i], scales[i]);
            stop[i] = targets.stop(returns[i], scales[i]);
        }
        RuleCalibration best = null;
        double least = Double.POSITIVE_INFINITY;
        for (RuleStyle style : RuleStyle.values()) {
            double[] with = Objects.requireNonNull(scores.get(style), style.name());
            double[] against = Arrays.stream(with).map(score -> -score).toArray();
            RuleCalibration fitted =
                    new RuleCalibration(
                            IndicatorRules.VERSION,
                            style,
                            from,
                            to,
                            n,
                            Map.of(
                                    Head.P_UP, PlattCalibration.fit(with, up),
                                    Head.P_DOWN, PlattCalibration.fit(against, down),
                                    Head.P_STOP, PlattCalibration.fit(against, stop),
                                    Head.EXPECTED_RETURN, line(with, returns)));
            double loss = fitted.loss(with, up, down);
            if (loss < least) {
                best = fitted;
                least = loss;
            }
        }
        return Objects.requireNonNull(best);
    }

    /** Mean log loss of rise and fall. */
    private double loss(double[] scores, boolean[] up, boolean[] down) {
        double loss = 0;
        for (int i = 0; i < scores.length; i++) {
            Map<Head, Double> said = heads(scores[i]);
            loss -= logOf(said.getOrDefault(Head.P_UP, 0.5), up[i]);
            loss -= logOf(said.getOrDefault(Head.P_DOWN, 0.5), down[i]);
        }
        return loss / scores.length;
    }

    private static double logOf(double probability, boolean happened) {
        double said = happened ? probability : 1 - probability;
        return Math.log(Math.max(Combination.SUREST, said));
    }

    /** Which it is, in a receipt. */
    String identity() {
        return rules == 1
                ? "rules 1, calibrated up to %s on %d scores".formatted(to, rows)
                : "rules %d, %s, calibrated up to %s on %d scores"
                        .formatted(rules, style.name().toLowerCase(Locale.ROOT), to, rows);
    }

    /** What the rules say of a score. */
    Map<Head, Double> heads(double score) {
        Map<Head, Double> said = new EnumMap<>(Head.class);
        heads.forEach((head, line) -> said.put(head, line.output(head, signed(head, score))));
        return said;
    }

    private static double signed(Head head, double score) {
        return head == Head.P_DOWN || head == Head.P_STOP ? -score : score;
    }

    private static Calibration line(double[] scores, double[] returns) {
        double meanScore = Arrays.stream(scores).average().orElseThrow();
        double meanReturn = Arrays.stream(returns).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (int i = 0; i < scores.length; i++) {
            products += (scores[i] - meanScore) * (returns[i] - meanReturn);
            squares += (scores[i] - meanScore) * (scores[i] - meanScore);
        }
        double slope = squares > 0 ? products / squares : 0;
        return slope > 0
                ? new Calibration(slope, meanReturn - slope * meanScore)
                : new Calibration(0, meanReturn);
    }
}
