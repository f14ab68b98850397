package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Against scikit-learn and scipy; see {@link Reference}. */
class MeasuresTest {

    private static final Offset<Double> EXACT = within(1e-12);

    @Test
    void agreesWithScikitLearnOnProbabilities() {
        double[] p = Reference.PROBABILITIES;
        boolean[] y = Reference.POSITIVES;
        assertThat(value(Measures.logLoss(p, y))).isCloseTo(Reference.LOG_LOSS, EXACT);
        assertThat(value(Measures.brier(p, y))).isCloseTo(Reference.BRIER, EXACT);
        assertThat(value(Measures.auc(p, y))).isCloseTo(Reference.AUC, EXACT);
        assertThat(value(Measures.calibrationError(p, y)))
                .isCloseTo(Reference.CALIBRATION_ERROR, EXACT);
    }

    @Test
    void agreesWithScikitLearnOnTheReliabilityTable() {
        List<Measures.ReliabilityBin> bins =
                Measures.reliability(Reference.PROBABILITIES, Reference.POSITIVES);
        assertThat(bins).hasSameSizeAs(Reference.BIN_ROWS);
        for (int i = 0; i < bins.size(); i++) {
            assertThat(bins.get(i).rows()).isEqualTo(Reference.BIN_ROWS[i]);
            assertThat(bins.get(i).meanProbability()).isCloseTo(Reference.BIN_FORECAST[i], EXACT);
            assertThat(bins.get(i).positiveShare()).isCloseTo(Reference.BIN_SHARE[i], EXACT);
        }
    }

    @Test
    void agreesWithScipyOnRanks() {
        assertThat(value(Measures.spearman(Reference.PREDICTED, Reference.ACTUAL)))
                .isCloseTo(Reference.SPEARMAN, EXACT);
        assertThat(value(Measures.rankIc(Reference.CLOSES, Reference.PREDICTED, Reference.ACTUAL)))
                .isCloseTo(Reference.RANK_IC, EXACT);
        assertThat(value(Measures.meanSquaredError(Reference.PREDICTED, Reference.ACTUAL)))
                .isCloseTo(Reference.MSE, EXACT);
    }

    @Test
    void ranksAllRowsTogetherWhenNoCloseHasThreeSymbols() {
        long[] times = new long[Reference.PREDICTED.length];
        for (int i = 0; i < times.length; i++) {
            times[i] = i / 2;
        }
        assertThat(value(Measures.rankIc(times, Reference.PREDICTED, Reference.ACTUAL)))
                .isCloseTo(Reference.SPEARMAN, EXACT);
    }

    @Test
    void leavesOutClosesWithoutARanking() {
        long[] times = {1, 1, 1, 2, 2, 2, 3, 3};
        double[] predicted = {1, 2, 3, 5, 5, 5, 1, 2};
        double[] actual = {1, 2, 3, 1, 2, 3, 2, 1};
        assertThat(Measures.rankIc(times, predicted, actual)).hasValue(1.0);
    }

    @Test
    void costsABoundedAmountForAConfidentMistake() {
        assertThat(Measures.logLoss(0, true)).isCloseTo(23 * Math.log(2), within(1e-9));
        assertThat(Measures.logLoss(1, false)).isCloseTo(23 * Math.log(2), within(1e-9));
        assertThat(Measures.logLoss(1, true)).isCloseTo(0, within(2e-7));
    }

    @Test
    void isEmptyWhereAMeasureDoesNotExist() {
        double[] none = {};
        assertThat(Measures.logLoss(none, new boolean[0])).isEmpty();
        assertThat(Measures.brier(none, new boolean[0])).isEmpty();
        assertThat(Measures.calibrationError(none, new boolean[0])).isEmpty();
        assertThat(Measures.baseRate(new boolean[0])).isEmpty();
        assertThat(Measures.meanSquaredError(none, none)).isEmpty();
        assertThat(Measures.rankIc(new long[0], none, none)).isEmpty();
        assertThat(Measures.auc(new double[] {0.1, 0.9}, new boolean[] {true, true})).isEmpty();
        assertThat(Measures.spearman(new double[] {1, 1}, new double[] {1, 2})).isEmpty();
    }

    @Test
    void givesConstantScoresAnAreaOfOneHalf() {
        assertThat(Measures.auc(new double[] {1, 1, 1}, new boolean[] {true, false, true}))
                .hasValue(0.5);
    }

    @Test
    void ranksAMillionRowsQuicklyEvenWithManyTies() {
        Random random = new Random(5);
        double[] scores = random.doubles(1_000_000).map(v -> Math.rint(v * 50)).toArray();
        boolean[] positives = new boolean[scores.length];
        for (int i = 0; i < positives.length; i++) {
            positives[i] = random.nextInt(50) < scores[i];
        }
        // For P(y | s) = s / 50 with s uniform the area is 5/6.
        assertThat(value(Measures.auc(scores, positives))).isCloseTo(5 / 6.0, within(2e-3));
    }

    @Test
    void refusesRowsThatDoNotMatch() {
        assertThatThrownBy(() -> Measures.auc(new double[2], new boolean[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 predictions for 3 outcomes");
    }

    private static double value(OptionalDouble measure) {
        return measure.orElseThrow();
    }
}
