package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedLossTestTest {

    private static final long STEP = 300_000;
    private static final int HORIZON = 24;
    private static final int SYMBOLS = 5;

    @Test
    void agreesWithScipyOnTheBlocksMeans() {
        long[] times = new long[240];
        for (int i = 0; i < times.length; i++) {
            times[i] = i * STEP;
        }
        // Blocks of 12 closes; the last one is measured to its last close, so 11 steps must do.
        LossTest test = PairedLossTest.of(times, Reference.GAINS, new double[240], 11 * STEP / 3);
        assertThat(test)
                .isInstanceOfSatisfying(
                        LossTest.Tested.class,
                        tested -> {
                            assertThat(tested.rows()).isEqualTo(240);
                            assertThat(tested.blocks()).isEqualTo(20);
                            assertThat(tested.meanGain())
                                    .isCloseTo(Reference.MEAN_GAIN, within(1e-12));
                            assertThat(tested.t()).isCloseTo(Reference.T, within(1e-9));
                            assertThat(tested.pValue()).isCloseTo(Reference.P_VALUE, within(1e-9));
                        });
    }

    @Test
    void averagesTheSymbolsOfACloseFirst() {
        Random random = new Random(2);
        int closes = 400;
        long[] once = new long[closes];
        double[] gain = new double[closes];
        long[] doubled = new long[closes * 3];
        double[] spread = new double[closes * 3];
        for (int i = 0; i < closes; i++) {
            once[i] = i * STEP;
            gain[i] = random.nextGaussian();
            Arrays.fill(doubled, 3 * i, 3 * i + 3, once[i]);
            spread[3 * i] = gain[i] - 1;
            spread[3 * i + 1] = gain[i];
            spread[3 * i + 2] = gain[i] + 1;
        }
        LossTest.Tested one = tested(PairedLossTest.of(once, gain, new double[closes], STEP));
        LossTest.Tested three =
                tested(PairedLossTest.of(doubled, spread, new double[closes * 3], STEP));
        assertThat(three.t()).isCloseTo(one.t(), within(1e-9));
        assertThat(three.rows()).isEqualTo(3 * one.rows());
    }

    @Test
    void keepsItsSizeOnOverlappingLabels() {
        assertThat(rejections(1_000, 3_000, 0)).isLessThanOrEqualTo(0.02);
    }

    @Test
    void keepsItsSizeOnTheShortestBlocksAllowed() {
        int closes = PairedLossTest.MIN_BLOCKS * PairedLossTest.HORIZONS_PER_BLOCK * HORIZON + 8;
        assertThat(rejections(2_000, closes, 0)).isLessThanOrEqualTo(0.02);
    }

    /** As moves do when volatility wanders: blocks of equally many closes would be too short. */
    @Test
    void keepsItsSizeWhereClosesCrowd() {
        int tested = 0;
        int rejected = 0;
        for (int i = 0; i < 1_000; i++) {
            LossTest test = crowded(new Random(7_000 + i), 900, 0);
            tested += test instanceof LossTest.Tested ? 1 : 0;
            rejected += test.passes(0.01) ? 1 : 0;
        }
        assertThat(tested).isGreaterThan(500);
        assertThat((double) rejected / tested).isLessThanOrEqualTo(0.025);
    }

    /** Only closes of a slowly changing state of the market count, about half of all. */
    private static LossTest crowded(Random random, int closes, double gain) {
        double[] noise = noise(random, closes);
        double state = random.nextGaussian();
        long[] times = new long[noise.length];
        double[] gains = new double[noise.length];
        int count = 0;
        for (int close = 0; close < closes; close++) {
            state = 0.98 * state + Math.sqrt(1 - 0.98 * 0.98) * random.nextGaussian();
            for (int symbol = 0; state > 0 && symbol < SYMBOLS; symbol++) {
                times[count] = close * STEP;
                gains[count++] = noise[close * SYMBOLS + symbol] + gain;
            }
        }
        return PairedLossTest.of(
                Arrays.copyOf(times, count),
                Arrays.copyOf(gains, count),
                new double[count],
                HORIZON * STEP);
    }

    /** The naive t-test over rows, on the same noise, is what this test is not. */
    @Test
    void wouldRejectFarTooOftenWithoutBlocks() {
        int rejected = 0;
        for (int i = 0; i < 200; i++) {
            double[] gains = noise(new Random(i), 1_000);
            double mean = Arrays.stream(gains).average().orElseThrow();
            double variance =
                    Arrays.stream(gains).map(g -> (g - mean) * (g - mean)).average().orElseThrow();
            rejected += mean / Math.sqrt(variance / gains.length) > 2.33 ? 1 : 0;
        }
        assertThat(rejected / 200.0).isGreaterThan(0.1);
    }

    @Test
    void findsAPlantedGain() {
        assertThat(rejections(200, 3_000, 0.3)).isGreaterThan(0.9);
    }

    @Test
    void givesNoVerdictOnTooLittle() {
        int enough = PairedLossTest.MIN_BLOCKS * PairedLossTest.HORIZONS_PER_BLOCK * HORIZON;
        LossTest test = simulated(new Random(1), enough - 1, 5);
        assertThat(test).isInstanceOf(LossTest.Untestable.class);
        assertThat(test.passes(0.49)).isFalse();
        assertThat(test.describe()).contains("do not make 8 blocks of 3 horizons");
        assertThat(PairedLossTest.of(new long[0], new double[0], new double[0], 1))
                .isInstanceOf(LossTest.Untestable.class);
    }

    @Test
    void givesNoVerdictWhenTheGainNeverVaries() {
        long[] times = new long[1_000];
        Arrays.setAll(times, i -> i * STEP);
        LossTest test = PairedLossTest.of(times, new double[1_000], new double[1_000], STEP);
        assertThat(test).isInstanceOf(LossTest.Untestable.class);
        assertThat(test.describe()).contains("the same in all 20 blocks");
    }

    @Test
    void takesFewerBlocksWhereRowsCrowd() {
        // Half of all closes lie within a tenth of the span: 20 blocks would be too short there.
        long[] times = new long[2_000];
        Arrays.setAll(times, i -> i < 1_000 ? i * 20 * STEP : 20_000 * STEP + (i - 1_000) * STEP);
        Random random = new Random(9);
        double[] gains = new double[2_000];
        Arrays.setAll(gains, _ -> random.nextGaussian());
        LossTest.Tested test =
                tested(PairedLossTest.of(times, gains, new double[2_000], 40 * STEP));
        assertThat(test.blocks()).isBetween(PairedLossTest.MIN_BLOCKS, 17);
    }

    @Test
    void refusesBrokenInput() {
        double[] two = new double[2];
        assertThatThrownBy(() -> PairedLossTest.of(new long[] {2, 1}, two, two, 1))
                .hasMessageContaining("goes back in time");
        assertThatThrownBy(() ->
                        PairedLossTest.of(new long[] {1, 2}, new double[] {0, Double.NaN}, two, 1))
                .hasMessageContaining("losses of row 1");
        assertThatThrownBy(() -> PairedLossTest.of(new long[3], two, two, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PairedLossTest.of(new long[2], two, two, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double rejections(int replications, int closes, double gain) {
        int rejected = 0;
        for (int i = 0; i < replications; i++) {
            rejected += simulated(new Random(1_000 + i), closes, gain).passes(0.01) ? 1 : 0;
        }
        return (double) rejected / replications;
    }

    /** {@code gain} is in deviations of one row's gain. */
    private static LossTest simulated(Random random, int closes, double gain) {
        double[] gains = noise(random, closes);
        long[] times = new long[gains.length];
        for (int i = 0; i < gains.length; i++) {
            times[i] = i / SYMBOLS * STEP;
            gains[i] += gain;
        }
        return PairedLossTest.of(times, gains, new double[gains.length], HORIZON * STEP);
    }

    /**
     * What the gains of a model without skill look like: a slowly changing opinion (autoregressive,
     * independent of the market) times the sum of the next 24 returns, which overlap from row to
     * row, share a market factor, and whose volatility wanders. Variance about 1.
     */
    private static double[] noise(Random random, int closes) {
        double[][] returns = new double[SYMBOLS][closes + HORIZON];
        double logVolatility = random.nextGaussian();
        for (int t = 0; t < closes + HORIZON; t++) {
            logVolatility =
                    0.99 * logVolatility + Math.sqrt(1 - 0.99 * 0.99) * random.nextGaussian();
            double volatility = Math.exp(0.4 * logVolatility);
            double market = random.nextGaussian();
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                returns[symbol][t] = volatility * (0.8 * market + 0.6 * random.nextGaussian());
            }
        }
        double[] gains = new double[closes * SYMBOLS];
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            double opinion = random.nextGaussian();
            double sum = 0;
            for (int t = 0; t < HORIZON; t++) {
                sum += returns[symbol][t];
            }
            for (int t = 0; t < closes; t++) {
                opinion = 0.97 * opinion + Math.sqrt(1 - 0.97 * 0.97) * random.nextGaussian();
                sum += returns[symbol][t + HORIZON] - returns[symbol][t];
                gains[t * SYMBOLS + symbol] = opinion * sum / Math.sqrt(HORIZON);
            }
        }
        return gains;
    }

    private static LossTest.Tested tested(LossTest test) {
        assertThat(test).isInstanceOf(LossTest.Tested.class);
        return (LossTest.Tested) test;
    }
}
