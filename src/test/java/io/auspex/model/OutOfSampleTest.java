package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutOfSampleTest {

    private static final long STEP = 300_000;
    private static final int HORIZON = 24;
    private static final long HORIZON_MILLIS = HORIZON * STEP;
    private static final float NaN = Float.NaN;

    @Test
    void measuresEveryHeadWhereItHasALabel() {
        float[] targets = {
            1, 0, 0.02f, 0, //
            0, 1, -0.06f, 1, //
            0, 0, 0.001f, 0, //
            NaN, NaN, NaN, NaN, //
        };
        float[] predictions = {
            0.5f, 0.25f, 0.01f, 0.1f, //
            0.25f, 0.5f, -0.01f, 0.1f, //
            0.25f, 0.25f, 0, 0.1f, //
            0.9f, 0.9f, 0.9f, 0.9f, //
        };
        float[] base = new float[16];
        Arrays.fill(base, 0.5f);
        Map<Head, HeadMetrics> metrics =
                new OutOfSample(new long[] {1, 1, 1, 2}, targets, predictions, base).metrics();

        HeadMetrics.Probability up = (HeadMetrics.Probability) metrics.get(Head.P_UP);
        assertThat(up.rows()).isEqualTo(3);
        assertThat(up.baseRate()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(up.logLoss())
                .isCloseTo(-(Math.log(0.5) + 2 * Math.log(0.75)) / 3, within(1e-12));
        assertThat(up.baseLogLoss()).isCloseTo(Math.log(2), within(1e-12));
        assertThat(up.brier()).isCloseTo((0.25 + 2 * 0.0625) / 3, within(1e-12));
        assertThat(up.auc()).isEqualTo(1);
        HeadMetrics.Return returns = (HeadMetrics.Return) metrics.get(Head.EXPECTED_RETURN);
        assertThat(returns.rows()).isEqualTo(3);
        assertThat(returns.rankIc()).isEqualTo(1);
        assertThat(returns.mse()).isCloseTo((1e-4 + 0.05 * 0.05 + 1e-6) / 3, within(1e-9));
    }

    @Test
    void saysNothingWhereThereIsNothing() {
        OutOfSample none = new OutOfSample(new long[0], new float[0], new float[0], new float[0]);
        assertThat(none.metrics().get(Head.P_UP))
                .isEqualTo(new HeadMetrics.Probability(0, null, null, null, null, null, null));
        assertThat(none.metrics().get(Head.EXPECTED_RETURN))
                .isEqualTo(new HeadMetrics.Return(0, null, null, null));
        assertThat(none.evidence(1).passes(0.49)).isFalse();
    }

    @Test
    void takesBaseRatesFromTrainingRowsOnly() {
        float[] targets = {
            1, 0, 0.02f, 0, //
            0, 1, -0.06f, 1, //
            1, 0, 0.04f, 0, //
            NaN, NaN, NaN, NaN, //
            0, 0, 99, 0, //
        };
        BaseRates rates = BaseRates.of(targets, 0, 4);
        assertThat(rates.up()).isEqualTo(2.5 / 4);
        assertThat(rates.down()).isEqualTo(1.5 / 4);
        assertThat(rates.stop()).isEqualTo(1.5 / 4);
        assertThat(rates.meanReturn()).isCloseTo(0, within(1e-9));
        assertThat(BaseRates.of(targets, 3, 4)).isEqualTo(new BaseRates(0.5, 0.5, 0, 0.5));
        assertThat(
                        BaseRates.predictions(
                                List.of(rates, new BaseRates(0.1, 0.2, 0.3, 0.4)),
                                new int[] {1, 0}))
                .containsExactly(
                        0.1f, 0.2f, 0.3f, 0.4f, 0.625f, 0.375f, (float) rates.meanReturn(), 0.375f);
    }

    @Test
    void provesAModelThatKnowsTheDirection() {
        Market market = new Market(1, 3_000);
        Evidence evidence = market.against(market.knowing(0.4)).evidence(HORIZON_MILLIS);
        assertThat(evidence.move().passes(0.01)).isTrue();
        assertThat(evidence.direction().passes(0.01)).isTrue();
        assertThat(evidence.passes(0.01)).isTrue();
    }

    /** Clustering volatility makes moves predictable; a trading signal it is not. */
    @Test
    void doesNotTakeAForecastOfVolatilityForASignal() {
        int moves = 0;
        int proven = 0;
        for (int seed = 0; seed < 20; seed++) {
            Market market = new Market(seed, 3_000);
            Evidence evidence = market.against(market.volatility()).evidence(HORIZON_MILLIS);
            moves += evidence.move().passes(0.01) ? 1 : 0;
            proven += evidence.passes(0.01) ? 1 : 0;
        }
        assertThat(moves).isGreaterThanOrEqualTo(15);
        assertThat(proven).isLessThanOrEqualTo(1);
    }

    /** Opinions that are worth nothing on average, not even less: the hardest null. */
    @Test
    void seldomTakesNoiseForDirection() {
        int replications = 1_000;
        int rejected = 0;
        int tested = 0;
        for (int seed = 0; seed < replications; seed++) {
            Market market = new Market(seed, 2_000);
            LossTest direction =
                    market.versus(market.opinion(1), market.opinion(2))
                            .evidence(HORIZON_MILLIS)
                            .direction();
            tested += direction instanceof LossTest.Tested ? 1 : 0;
            rejected += direction.passes(0.01) ? 1 : 0;
        }
        assertThat(tested).isGreaterThan(replications * 9 / 10);
        assertThat((double) rejected / replications).isLessThanOrEqualTo(0.02);
    }

    @Test
    void comparesWithTheChampionOnRowsItHasNotSeen() {
        Market market = new Market(3, 3_000);
        float[] good = market.knowing(0.4);
        float[] poor = market.volatility();
        OutOfSample test = market.versus(good, poor).after(market.times[299]);
        assertThat(test.size()).isEqualTo(market.times.length - 300);
        assertThat(test.evidence(HORIZON_MILLIS).passes(0.01)).isTrue();
        assertThat(market.versus(poor, good).evidence(HORIZON_MILLIS).passes(0.01)).isFalse();
        assertThat(market.versus(good, good).evidence(HORIZON_MILLIS).passes(0.01)).isFalse();
        assertThat(test.after(Long.MAX_VALUE).evidence(HORIZON_MILLIS).passes(0.01)).isFalse();
    }

    @Test
    void refusesPredictionsThatAreNoNumbers() {
        float[] bad = {0.1f, 0.1f, NaN, 0.1f};
        assertThatThrownBy(() -> new OutOfSample(new long[1], new float[4], bad, new float[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prediction of row 0 is NaN");
        assertThatThrownBy(() ->
                        new OutOfSample(new long[2], new float[4], new float[8], new float[8]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Three symbols with a common shock, clustering volatility, and no memory of direction. */
    private static final class Market {

        private static final int SYMBOLS = 3;
        private static final double THRESHOLD = 1;

        private final long seed;
        private final long[] times;
        private final float[] targets;
        private final double[] logVolatility;

        Market(long seed, int closes) {
            this.seed = seed;
            Random random = new Random(seed);
            times = new long[closes * SYMBOLS];
            targets = new float[closes * SYMBOLS * 4];
            logVolatility = new double[closes + HORIZON];
            double[][] prices = new double[SYMBOLS][closes + HORIZON];
            double state = random.nextGaussian();
            for (int t = 1; t < closes + HORIZON; t++) {
                state = 0.995 * state + Math.sqrt(1 - 0.995 * 0.995) * random.nextGaussian();
                logVolatility[t] = 0.6 * state;
                double common = random.nextGaussian();
                for (int s = 0; s < SYMBOLS; s++) {
                    double shock = 0.8 * common + 0.6 * random.nextGaussian();
                    prices[s][t] =
                            prices[s][t - 1]
                                    + Math.exp(logVolatility[t]) * shock / Math.sqrt(HORIZON);
                }
            }
            for (int row = 0; row < times.length; row++) {
                int t = row / SYMBOLS;
                int s = row % SYMBOLS;
                double change = prices[s][t + HORIZON] - prices[s][t];
                times[row] = t * STEP;
                targets[4 * row] = change > THRESHOLD ? 1 : 0;
                targets[4 * row + 1] = change < -THRESHOLD ? 1 : 0;
                targets[4 * row + 2] = (float) change;
                targets[4 * row + 3] = change < -5 * THRESHOLD ? 1 : 0;
            }
        }

        OutOfSample against(float[] predictions) {
            BaseRates rates = BaseRates.of(targets, 0, times.length);
            return versus(
                    predictions, BaseRates.predictions(List.of(rates), new int[times.length]));
        }

        OutOfSample versus(float[] predictions, float[] reference) {
            return new OutOfSample(times, targets, predictions, reference);
        }

        /** Knows how far prices will move, not where. */
        float[] volatility() {
            return predictions((_, _) -> 0.5);
        }

        /** Leans towards what will happen. */
        float[] knowing(double lean) {
            return predictions((row, _) -> 0.5 + lean / 2 * Math.signum(targets[4 * row + 2]));
        }

        /** Leans slowly this way and that. */
        float[] opinion(int number) {
            Random random = new Random(31 * seed + number);
            double[] lean = {random.nextGaussian()};
            return predictions((row, _) -> {
                if (row % SYMBOLS == 0) {
                    lean[0] = 0.98 * lean[0] + 0.2 * random.nextGaussian();
                }
                return 1 / (1 + Math.exp(-0.3 * lean[0]));
            });
        }

        private interface Direction {
            double at(int row, int close);
        }

        private float[] predictions(Direction direction) {
            float[] predictions = new float[targets.length];
            for (int row = 0; row < times.length; row++) {
                int close = row / SYMBOLS;
                double expected = Math.exp(0.94 * logVolatility[close]);
                // Twice the tail of the normal distribution, by its logistic approximation.
                double move = 2 / (1 + Math.exp(1.702 * THRESHOLD / expected));
                double up = direction.at(row, close);
                predictions[4 * row] = (float) (move * up);
                predictions[4 * row + 1] = (float) (move * (1 - up));
            }
            return predictions;
        }
    }
}
