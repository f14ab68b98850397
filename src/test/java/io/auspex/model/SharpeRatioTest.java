package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SharpeRatioTest {

    /**
     * The example of Bailey and López de Prado (2014): five years of daily returns, an annualised
     * ratio of 2.5, skewness -3, kurtosis 10; the best of 100 trials whose annualised ratios have
     * the variance one half; 250 days a year.
     */
    @Test
    void deflatesThePublishedExample() {
        SharpeRatio ratio = new SharpeRatio(1_250, 2.5 / Math.sqrt(250), -3, 10);
        double threshold = SharpeRatio.expectedMaximum(100, 0.5 / 250);
        assertThat(threshold).isCloseTo(0.1132, within(5e-5));
        assertThat(ratio.probabilityAbove(threshold)).isCloseTo(0.9004, within(5e-4));
    }

    /** Moments by Python's statistics module. */
    @Test
    void measuresReturns() {
        SharpeRatio ratio =
                SharpeRatio.of(
                                new double[] {
                                    0.02, -0.01, 0.03, 0.005, -0.02, 0.01, 0.0, 0.04, -0.03, 0.015,
                                    0.01, -0.005
                                })
                        .orElseThrow();
        assertThat(ratio.periods()).isEqualTo(12);
        assertThat(ratio.ratio()).isCloseTo(0.27013078135010, within(1e-12));
        assertThat(ratio.skewness()).isCloseTo(-0.06364790674030, within(1e-12));
        assertThat(ratio.kurtosis()).isCloseTo(2.39851954536913, within(1e-12));
    }

    @Test
    void thereIsNoneOfFewOrEqualReturns() {
        assertThat(SharpeRatio.of(new double[SharpeRatio.MIN_PERIODS - 1])).isEmpty();
        assertThat(SharpeRatio.of(new double[100])).isEmpty();
    }

    @Test
    void oneTrialIsNoSelectionAndMoreRaiseTheBar() {
        assertThat(SharpeRatio.expectedMaximum(1, 0.01)).isZero();
        assertThat(SharpeRatio.expectedMaximum(10, 0.01))
                .isPositive()
                .isLessThan(SharpeRatio.expectedMaximum(100, 0.01));
        SharpeRatio ratio = new SharpeRatio(500, 0.1, 0, 3);
        Quality.Deflated first = Quality.Deflated.of(ratio, 1, new double[0]);
        Quality.Deflated fiftieth = Quality.Deflated.of(ratio, 50, new double[0]);
        assertThat(first.threshold()).isZero();
        assertThat(fiftieth.probability()).isLessThan(first.probability());
    }

    /** Sample variance of 0.1, 0.0, 0.2, -0.1, 0.05: 0.0125, by hand. */
    @Test
    void theVarianceIsThatOfTheTrialsOnceThereAreEnough() {
        SharpeRatio ratio = new SharpeRatio(500, 0.1, 0, 3);
        Quality.Deflated deflated =
                Quality.Deflated.of(ratio, 5, new double[] {0.0, 0.2, -0.1, 0.05});
        assertThat(deflated.variance()).isCloseTo(0.0125, within(1e-12));
        assertThat(Quality.Deflated.of(ratio, 5, new double[] {0.0}).variance())
                .isEqualTo(ratio.samplingVariance());
    }
}
