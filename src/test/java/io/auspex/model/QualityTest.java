package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QualityTest {

    private static final long STEP = 300_000;
    private static final long HORIZON = 2 * STEP;

    /** Two symbols, 30 closes, a horizon of two closes: 15 periods, worked out by hand. */
    @Test
    void tradesEveryHorizonWithoutOverlapAndPaysTheFee() {
        int closes = 30;
        long[] times = new long[2 * closes];
        float[] targets = new float[times.length * 4];
        float[] predictions = new float[times.length * 4];
        for (int row = 0; row < times.length; row++) {
            times[row] = 1_000_000 + row / 2 * STEP;
            boolean first = row % 2 == 0;
            // The first symbol is bought at every close, the second never traded.
            set(predictions, row, first ? 0.5f : 0.2f, 0.2f, 0.01f, 0.01f);
            boolean traded = row / 2 % 2 == 0;
            float outcome = row / 2 % 4 == 0 ? 0.011f : 0.003f;
            // What happens between the trades must not count.
            set(targets, row, 1, 0, traded ? outcome : -0.9f, 0);
        }
        Quality quality =
                new OutOfSample(times, targets, predictions, predictions).quality(HORIZON);
        Quality.Trading trading = quality.trading();
        assertThat(trading).isNotNull();
        assertThat(trading.trades()).isEqualTo(15);
        assertThat(trading.sharpe().periods()).isEqualTo(15);
        // Eight periods of (0.011 - 0.001) / 2 and seven of (0.003 - 0.001) / 2.
        double mean = (8 * 0.005 + 7 * 0.001) / 15;
        double deviation =
                Math.sqrt((8 * Math.pow(0.005 - mean, 2) + 7 * Math.pow(0.001 - mean, 2)) / 14);
        assertThat(trading.meanReturn()).isCloseTo(mean, within(1e-8));
        assertThat(trading.sharpe().ratio()).isCloseTo(mean / deviation, within(1e-5));
        assertThat(trading.annualisedSharpe())
                .isCloseTo(mean / deviation * Math.sqrt(365.25 * 144), within(1e-2));
        assertThat(trading.deflated()).isNull();
    }

    @Test
    void aReliabilityTableHasTenBinsAndHonestForecastsHaveAlmostNoError() throws Exception {
        int rows = 20_000;
        Random random = new Random(3);
        long[] times = new long[rows];
        float[] targets = new float[rows * 4];
        float[] predictions = new float[rows * 4];
        for (int row = 0; row < rows; row++) {
            times[row] = row * STEP;
            float up = random.nextFloat();
            set(predictions, row, up, 0.5f, 0, 0.5f);
            set(targets, row, random.nextFloat() < up ? 1 : 0, 1, 0, Float.NaN);
        }
        Quality quality =
                new OutOfSample(times, targets, predictions, predictions).quality(HORIZON);
        Quality.Reliability up = quality.reliability().get(Head.P_UP);
        assertThat(up.bins()).hasSize(10).allSatisfy(bin -> assertThat(bin.rows()).isEqualTo(2000));
        assertThat(up.calibrationError()).isLessThan(0.02);
        assertThat(quality.reliability().get(Head.P_DOWN).calibrationError())
                .isCloseTo(0.5, within(1e-9));
        assertThat(quality.reliability()).doesNotContainKey(Head.P_STOP);
        assertThat(quality.trading()).as("nothing was traded").isNull();

        JsonNode json = Json.mapper().valueToTree(quality);
        assertThat(json.at("/reliability/p_up/bins/0/mean_probability").isNumber()).isTrue();
        assertThat(Json.mapper().treeToValue(json, Quality.class)).isEqualTo(quality);
    }

    @Test
    void aDeflatedRatioComesBackFromJson() throws Exception {
        SharpeRatio sharpe = new SharpeRatio(500, 0.1, -0.5, 4);
        Quality quality =
                new Quality(Map.of(), new Quality.Trading("rule", 3, 0.001, sharpe, 1.5, null))
                        .deflated(Quality.Deflated.of(sharpe, 7, new double[0]));
        JsonNode json = Json.mapper().valueToTree(quality);
        assertThat(json.at("/trading/deflated/trials").asLong()).isEqualTo(7);
        assertThat(Json.mapper().treeToValue(json, Quality.class)).isEqualTo(quality);
    }

    private static void set(float[] matrix, int row, float... heads) {
        System.arraycopy(heads, 0, matrix, row * 4, 4);
    }
}
