package io.auspex.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.Timeframe;
import io.auspex.model.TargetSpec;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TargetsTest {

    private static final long STEP = Timeframe.FIVE_MINUTES.millis();
    private static final TargetSpec SPEC = new TargetSpec(2, 0.01, 0.02, 0.05, false, 288);

    @Test
    void labelsWhatHappensOneHorizonLater() {
        double[] closes = {100, 100, 101.5, 98.5, 94, 101.5, 94};
        float[] labels = of(SPEC, grid(closes.length), closes);
        assertRow(labels, 0, 1, 0, 0.015, 0);
        assertRow(labels, 1, 0, 0, -0.015, 0);
        assertRow(labels, 2, 0, 1, 94 / 101.5 - 1, 1);
        assertRow(labels, 3, 1, 0, 101.5 / 98.5 - 1, 0);
        assertRow(labels, 4, 0, 0, 0, 0);
        assertUnknown(labels, 5);
        assertUnknown(labels, 6);
    }

    @Test
    void doesNotCountATouchOfTheThreshold() {
        TargetSpec half = new TargetSpec(1, 0.5, 0.25, 0.25, false, 288);
        float[] labels = of(half, grid(3), new double[] {1, 1.5, 1.125});
        assertRow(labels, 0, 0, 0, 0.5, 0);
        assertRow(labels, 1, 0, 0, -0.25, 0);
    }

    @Test
    void hasNoLabelWhereTheCandleOfTheHorizonIsMissing() {
        long[] times = {STEP, 2 * STEP, 3 * STEP, 5 * STEP, 6 * STEP};
        float[] labels = of(SPEC, times, new double[] {100, 100, 100, 110, 120});
        assertRow(labels, 0, 0, 0, 0, 0);
        assertUnknown(labels, 1);
        assertRow(labels, 2, 1, 0, 0.1, 0);
        assertUnknown(labels, 3);
    }

    @Test
    void scalesThresholdsByTheVolatilityOfThePast() {
        // Log returns of +2 % and -2 % in turn: sample deviation over four is 0.02 * sqrt(4 / 3).
        TargetSpec scaled = new TargetSpec(4, 1, 1, 2, true, 4);
        double deviation = 0.02 * Math.sqrt(4 / 3.0);
        double threshold = deviation * 2;
        double[] closes = new double[14];
        closes[0] = 100;
        for (int i = 1; i < 10; i++) {
            closes[i] = closes[i - 1] * Math.exp(i % 2 == 0 ? 0.02 : -0.02);
        }
        closes[10] = closes[6] * (1 + threshold * 1.001);
        closes[11] = closes[7] * (1 + threshold * 0.999);
        closes[12] = closes[8] * (1 - threshold * 1.001);
        closes[13] = closes[9] * (1 - 2 * threshold * 1.001);
        float[] labels = of(scaled, grid(14), closes);
        assertThat(labels[4 * 6]).isEqualTo(1);
        assertThat(labels[4 * 7]).isEqualTo(0);
        assertThat(labels[4 * 8 + 1]).isEqualTo(1);
        assertThat(labels[4 * 8 + 3]).isEqualTo(0);
        assertThat(labels[4 * 9 + 3]).isEqualTo(1);
    }

    @Test
    void knowsNoScaledThresholdWithoutHalfOfTheWindow() {
        TargetSpec scaled = new TargetSpec(1, 1, 1, 2, true, 6);
        Random random = new Random(4);
        double[] closes = random.doubles(12, 90, 110).toArray();
        float[] labels = of(scaled, grid(12), closes);
        assertThat(labels[4 * 2]).isNaN();
        assertThat(labels[4 * 2 + 2]).isFinite();
        assertThat(labels[4 * 3]).isFinite();
    }

    @Test
    void knowsNoScaledThresholdWhilePricesStandStill() {
        double[] closes = {90, 100, 100, 100, 100, 100, 100};
        float[] labels = of(new TargetSpec(1, 1, 1, 2, true, 3), grid(7), closes);
        assertThat(labels[4 * 5]).isNaN();
        assertThat(labels[4 * 5 + 2]).isZero();
    }

    @Property(seed = "2026", tries = 300)
    void looksAtTheHorizonsCandleAndThePastOnly(
            @ForAll @IntRange(min = 1, max = 12) int horizon,
            @ForAll boolean scaled,
            @ForAll long seed) {
        TargetSpec spec = new TargetSpec(horizon, 0.5, 0.5, 1, scaled, 8);
        Random random = new Random(seed);
        int n = 60;
        long[] times = new long[n];
        for (int i = 0; i < n; i++) {
            times[i] = (i == 0 ? 0 : times[i - 1]) + (random.nextInt(10) == 0 ? 3 : 1) * STEP;
        }
        double[] closes = random.doubles(n, 50, 150).toArray();
        float[] labels = of(spec, times, closes);
        int row = random.nextInt(n);
        double[] others = closes.clone();
        for (int i = row + 1; i < n; i++) {
            if (times[i] != times[row] + horizon * STEP) {
                others[i] = 50 + 100 * random.nextDouble();
            }
        }
        float[] again = of(spec, times, others);
        assertThat(Arrays.equals(labels, 4 * row, 4 * row + 4, again, 4 * row, 4 * row + 4))
                .isTrue();
        int past = Arrays.binarySearch(times, times[row] + horizon * STEP);
        assertThat(Float.isNaN(labels[4 * row + 2])).isEqualTo(past < 0);
    }

    @Test
    void refusesDisorder() {
        assertThatThrownBy(() -> of(SPEC, new long[] {STEP, STEP}, new double[2]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> of(SPEC, new long[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static float[] of(TargetSpec spec, long[] times, double[] closes) {
        return Targets.of(spec, Timeframe.FIVE_MINUTES, times, closes);
    }

    private static long[] grid(int n) {
        long[] times = new long[n];
        Arrays.setAll(times, i -> (i + 1) * STEP);
        return times;
    }

    private static void assertRow(
            float[] labels, int row, float up, float down, double change, float stop) {
        assertThat(labels[4 * row]).as("p_up of %s", row).isEqualTo(up);
        assertThat(labels[4 * row + 1]).as("p_down of %s", row).isEqualTo(down);
        assertThat((double) labels[4 * row + 2])
                .as("return of %s", row)
                .isCloseTo(change, within(1e-8));
        assertThat(labels[4 * row + 3]).as("p_stop of %s", row).isEqualTo(stop);
    }

    private static void assertUnknown(float[] labels, int row) {
        for (int head = 0; head < 4; head++) {
            assertThat(labels[4 * row + head]).isNaN();
        }
    }
}
