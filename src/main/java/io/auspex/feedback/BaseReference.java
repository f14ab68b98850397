package io.auspex.feedback;

import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import java.util.Map;
import java.util.Optional;

/**
 * What one would say without a model: the base rates of the training window. The report has them as
 * the share of positives among its walk-forward test rows, smoothed here by half a case either way.
 *
 * <p>A version without a report is compared with the rates of its own outcomes so far: each outcome
 * with those before it, so that nothing is known in advance (Krichevsky and Trofimov 1981). Not
 * thread-safe.
 */
final class BaseReference {

    private final boolean learns;
    private double ups;
    private double downs;
    private double rows;

    private BaseReference(boolean learns, double ups, double downs, double rows) {
        this.learns = learns;
        this.ups = ups;
        this.downs = downs;
        this.rows = rows;
    }

    static BaseReference of(Map<Head, HeadMetrics> total) {
        Optional<HeadMetrics.Probability> up = probability(total, Head.P_UP);
        Optional<HeadMetrics.Probability> down = probability(total, Head.P_DOWN);
        return up.isPresent() && down.isPresent()
                ? new BaseReference(
                        false,
                        positives(up.get()),
                        positives(down.get()) * up.get().rows() / down.get().rows(),
                        up.get().rows())
                : new BaseReference(true, 0, 0, 0);
    }

    double up() {
        return (ups + 0.5) / (rows + 1);
    }

    double down() {
        return (downs + 0.5) / (rows + 1);
    }

    /** After the outcome has been judged. */
    void learn(JudgedForecast forecast) {
        if (learns) {
            ups += forecast.wentUp() ? 1 : 0;
            downs += forecast.wentDown() ? 1 : 0;
            rows++;
        }
    }

    private static Optional<HeadMetrics.Probability> probability(
            Map<Head, HeadMetrics> total, Head head) {
        return total.get(head) instanceof HeadMetrics.Probability measured
                        && measured.baseRate() != null
                        && measured.rows() > 0
                ? Optional.of(measured)
                : Optional.empty();
    }

    private static double positives(HeadMetrics.Probability measured) {
        Double rate = measured.baseRate();
        return rate == null ? 0 : rate * measured.rows();
    }
}
