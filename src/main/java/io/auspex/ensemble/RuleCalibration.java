package io.auspex.ensemble;

import io.auspex.model.Calibration;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.PlattCalibration;
import io.auspex.model.TargetSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * What scores of the {@link IndicatorRules} mean: by Platt's method for each probability, by least
 * squares for the expected return, on stored candles up to a moment. A line that would slope
 * against the rules is flat instead: then the rules say the base rates, and nothing of direction.
 *
 * @param rules version of the rules
 * @param from close time of the first candle that a score was taken at
 * @param to close time of the last candle that was looked at
 * @param rows scores with a known outcome
 * @param heads a line through the score for a rise and the return, through its negative for a fall
 *     and the stop
 */
record RuleCalibration(
        int rules, Instant from, Instant to, int rows, Map<Head, Calibration> heads) {

    /** With fewer there is nothing worth saying. */
    static final int MIN_ROWS = 500;

    RuleCalibration {
        Map<Head, Calibration> ordered = new EnumMap<>(Head.class);
        ordered.putAll(heads);
        heads = ordered;
        if (!heads.keySet().containsAll(ModelKind.MARKET.heads())) {
            throw new IllegalArgumentException("a calibration is of every head: " + heads.keySet());
        }
    }

    /**
     * Fits all heads.
     *
     * @param scores finite, at least {@link #MIN_ROWS}
     * @param returns what came of each over the horizon, as fractions
     * @param scales of the targets' thresholds, as {@link TargetSpec#scale} has them
     */
    static RuleCalibration fit(
            Instant from,
            Instant to,
            TargetSpec targets,
            double[] scores,
            double[] returns,
            double[] scales) {
        int n = scores.length;
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
        double[] against = Arrays.stream(scores).map(score -> -score).toArray();
        return new RuleCalibration(
                IndicatorRules.VERSION,
                from,
                to,
                n,
                Map.of(
                        Head.P_UP, PlattCalibration.fit(scores, up),
                        Head.P_DOWN, PlattCalibration.fit(against, down),
                        Head.P_STOP, PlattCalibration.fit(against, stop),
                        Head.EXPECTED_RETURN, line(scores, returns)));
    }

    /** Which it is, in a receipt. */
    String identity() {
        return "rules %d, calibrated up to %s on %d scores".formatted(rules, to, rows);
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
