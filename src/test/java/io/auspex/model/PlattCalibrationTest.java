package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PlattCalibrationTest {

    @Test
    void agreesWithScipyOnPlattsLikelihood() {
        Calibration fit = PlattCalibration.fit(Reference.SCORES, Reference.OUTCOMES);
        assertThat(fit.slope()).isCloseTo(Reference.SLOPE, within(1e-7));
        assertThat(fit.intercept()).isCloseTo(Reference.INTERCEPT, within(1e-7));
    }

    @Test
    void findsTheLineThatMadeTheOutcomes() {
        Calibration fit = fit(100_000, 0.5, -3, 2, 1_000);
        assertThat(fit.slope()).isCloseTo(0.5, within(0.03));
        assertThat(fit.intercept()).isCloseTo(-3, within(0.1));
    }

    @Test
    void doesNotMindTheScaleOfScores() {
        Calibration fit = fit(20_000, 1e6, 0, 1e-6, 7);
        assertThat(fit.slope()).isCloseTo(1e6, within(5e4));
    }

    @Test
    void neverTurnsAModelAround() {
        Calibration fit = fit(5_000, -1, 0, 1, 3);
        assertThat(fit.slope()).isZero();
        assertThat(fit.probability(12)).isCloseTo(0.5, within(0.03));
    }

    @Test
    void answersTheBaseRateForConstantScores() {
        boolean[] positives = new boolean[1_000];
        for (int i = 0; i < 50; i++) {
            positives[i * 20] = true;
        }
        Calibration fit = PlattCalibration.fit(new double[1_000], positives);
        assertThat(fit.slope()).isZero();
        assertThat(fit.probability(0)).isCloseTo(0.05, within(2e-3));
    }

    @Test
    void staysFiniteWhenOneClassIsMissing() {
        double[] scores = new Random(1).doubles(100, -2, 2).toArray();
        Calibration fit = PlattCalibration.fit(scores, new boolean[100]);
        assertThat(fit.probability(0)).isBetween(1e-4, 0.05);
    }

    @Test
    void staysFiniteWhenClassesAreSeparable() {
        double[] scores = {-2, -1, 1, 2};
        boolean[] positives = {false, false, true, true};
        Calibration fit = PlattCalibration.fit(scores, positives);
        assertThat(fit.slope()).isBetween(0.1, 10.0);
        assertThat(fit.probability(2)).isGreaterThan(fit.probability(-2));
    }

    @Test
    void refusesScoresThatAreNoNumbers() {
        assertThatThrownBy(() ->
                        PlattCalibration.fit(
                                new double[] {1, Double.NaN}, new boolean[] {true, false}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("score 1 is NaN");
        assertThatThrownBy(() -> PlattCalibration.fit(new double[0], new boolean[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Calibration fit(
            int rows, double slope, double intercept, double deviation, long seed) {
        Random random = new Random(seed);
        Calibration truth = new Calibration(slope, intercept);
        double[] scores = new double[rows];
        boolean[] positives = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            scores[i] = deviation * random.nextGaussian();
            positives[i] = random.nextDouble() < truth.probability(scores[i]);
        }
        return PlattCalibration.fit(scores, positives);
    }
}
