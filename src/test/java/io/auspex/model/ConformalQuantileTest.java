package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ConformalQuantileTest {

    @Test
    void takesOneMoreThanThePlainQuantile() {
        double[] nine = {-9, 1, -2, 3, 4, -5, 6, 7, 8};
        assertThat(ConformalQuantile.of(nine, 0.8)).hasValue(8);
        assertThat(ConformalQuantile.of(nine, 0.9)).hasValue(9);
        assertThat(ConformalQuantile.of(nine, 0.5)).hasValue(5);
        assertThat(ConformalQuantile.of(nine, 0.91)).isEmpty();
        assertThat(ConformalQuantile.of(new double[0], 0.5)).isEmpty();
    }

    @Test
    void doesNotRoundUpForAnErrorOfTheProduct() {
        // (49 + 1) * 0.58 is 28.999999999999996 in floating point, (99 + 1) * 0.29 alike; 0.07 *
        // 100
        // is 7.000000000000001 and must still ask for rank 7.
        double[] residuals = new double[99];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = i + 1;
        }
        assertThat(ConformalQuantile.of(residuals, 0.07)).hasValue(7);
        assertThat(ConformalQuantile.of(residuals, 0.29)).hasValue(29);
    }

    /**
     * With 9 residuals and level 0.8 the coverage is exactly 8 in 10, whatever the distribution.
     */
    @Test
    void coversAsOftenAsItSays() {
        Random random = new Random(11);
        int covered = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            double[] residuals = new double[9];
            for (int j = 0; j < residuals.length; j++) {
                residuals[j] = Math.exp(2 * random.nextGaussian());
            }
            double width = ConformalQuantile.of(residuals, 0.8).orElseThrow();
            covered += Math.exp(2 * random.nextGaussian()) <= width ? 1 : 0;
        }
        assertThat((double) covered / draws).isCloseTo(0.8, within(0.01));
    }

    @Test
    void refusesWhatIsNoLevelOrNoNumber() {
        assertThatThrownBy(() -> ConformalQuantile.of(new double[3], 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ConformalQuantile.of(new double[] {Double.NaN}, 0.5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
