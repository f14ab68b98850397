package io.auspex.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.model.FeatureProfile.Feature;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriftTest {

    private static final double[] DECILES = new double[10];

    static {
        Arrays.fill(DECILES, 0.1);
    }

    /** SciPy 1.17.1: {@code scipy.stats.kstwobign.sf(x)}; Smirnov's 10, 5 and 1 % points in it. */
    @ParameterizedTest
    @CsvSource({
        "0.1, 1",
        "0.3, 0.9999906941986655",
        "0.5, 0.9639452436648751",
        "0.8, 0.5441424115741981",
        "1.0, 0.26999967167735456",
        "1.2238, 0.10002342783567782",
        "1.3581, 0.0499996304316674",
        "1.6276, 0.010001537333060776",
        "2.0, 0.0006709252557796953"
    })
    void kolmogorovsDistributionIsScipys(double x, double expected) {
        assertThat(Drift.kolmogorov(x)).isEqualTo(expected, within(1e-12));
    }

    /** SciPy 1.17.1: {@code kstwo.sf(d, round(n*m/(n+m)))} for n = 500, m = 20000. */
    @ParameterizedTest
    @CsvSource({
        "0.03, 0.7602836386817321",
        "0.05, 0.16846298230098666",
        "0.06, 0.05717013144131067",
        "0.08, 0.003651047532368212"
    })
    void theChanceOfADistanceIsScipysWithinAHundredth(double distance, double expected) {
        assertThat(Drift.pValue(distance, 500, 20_000)).isEqualTo(expected, within(0.01));
    }

    @Test
    void independentRowsAreAllOfThemWhenNothingIsShared() {
        Random random = new Random(4);
        double[] means = new double[500];
        for (int i = 0; i < means.length; i++) {
            for (int symbol = 0; symbol < 5; symbol++) {
                means[i] += random.nextInt(10) / 5.0;
            }
        }
        assertThat(Drift.independentRows(DECILES, means, 2_500)).isBetween(1_500.0, 2_500.0);
    }

    /** The mean of an AR(1) series counts as {@code n (1 - r) / (1 + r)} values. */
    @Test
    void rowsThatRememberCountForLess() {
        Random random = new Random(5);
        double memory = 0.9;
        double state = 0;
        double[] means = new double[4_000];
        for (int i = 0; i < means.length; i++) {
            state = memory * state + Math.sqrt(1 - memory * memory) * random.nextGaussian();
            means[i] = 4.5 + Math.sqrt(8.25) * state;
        }
        double expected = 4_000 * (1 - memory) / (1 + memory);
        assertThat(Drift.independentRows(DECILES, means, 4_000))
                .isBetween(expected / 1.6, expected * 1.6);
    }

    /** What the training window's own stretches differ by is no change. */
    @Test
    void theTrainingWindowsOwnStretchesAreTheMeasure() {
        long[] counts = {75, 25};
        Feature quick = new Feature(List.of(1f), List.of(0.5, 0.5), 0, 2, 0, 0.01, 0.02);
        Feature slow = new Feature(List.of(1f), List.of(0.5, 0.5), 0, 2, 0, 0.3, 0.3);
        Feature unknown = new Feature(List.of(1f), List.of(0.5, 0.5), 0, 2, 0, null, null);
        assertThat(Drift.excess(quick, counts)).isEqualTo(0.264653, within(1e-6));
        assertThat(Drift.excess(slow, counts)).isZero();
        assertThat(Drift.excess(unknown, counts)).isEqualTo(0.274653, within(1e-6));
        // (0.8687 / 0.02)^2 and (0.8687 / 0.3)^2
        assertThat(Drift.independentRows(quick, new double[] {0}, 2_500))
                .isEqualTo(1_886.7, within(0.1));
        assertThat(Drift.independentRows(slow, new double[] {0}, 2_500))
                .isEqualTo(8.385, within(0.001));
    }
}
