package io.auspex.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.TargetSpec;
import io.auspex.serving.FeatureVector;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IndicatorRulesTest {

    private final IndicatorRules rules = new IndicatorRules(Timeframe.FIVE_MINUTES);

    /** By hand: 0.30 x 1 + 0.25 x 1 + 0.25 x 1 + 0.20 x 1, times a volume of 1.5 at most. */
    @Test
    void allRulesForARiseMakeTheGreatestScore() {
        assertThat(rules.score(row(0.10, 0.01, 0.01, 20, -0.2, 9))).isCloseTo(1.5, within(1e-6));
        assertThat(rules.score(row(-0.10, 0.01, -0.01, 80, 1.2, 1))).isCloseTo(-1, within(1e-6));
    }

    /** Trend 0.03 / (3 x 0.01) = 1 against an overbought RSI of 60: 0.30 - 0.25 / 2. */
    @Test
    void rulesOutvoteEachOther() {
        assertThat(rules.score(row(0.03, 0.01, 0, 60, 0.5, 1))).isCloseTo(0.175, within(1e-6));
        assertThat(rules.score(row(0, 0, 0, 50, 0.5, 1))).isZero();
    }

    /** What was found on the first days has to hold on the next ones. */
    @Test
    void probabilitiesAreCalibratedOutOfSample() {
        RuleScores past = scores(21, 1.0, 0, 30);
        RuleCalibration calibration = past.calibration().orElseThrow();
        RuleCalibration later = scores(21, 1.0, 30, 60).calibration().orElseThrow();
        for (double score : new double[] {-0.5, 0, 0.5}) {
            Map<Head, Double> said = calibration.heads(score);
            Map<Head, Double> held = later.heads(score);
            assertThat(said.get(Head.P_UP)).isCloseTo(held.get(Head.P_UP), within(0.06));
            assertThat(said.get(Head.P_DOWN)).isCloseTo(held.get(Head.P_DOWN), within(0.06));
            assertThat(said.get(Head.P_UP) + said.get(Head.P_DOWN)).isLessThan(1);
        }
        assertThat(calibration.rows()).isGreaterThan(20_000);
    }

    /** Where nothing is predictable the rules say next to the base rates, whatever the score. */
    @Test
    void onNoiseTheRulesHaveNoEdge() {
        RuleCalibration calibration = scores(22, 0, 0, 45).calibration().orElseThrow();
        Map<Head, Double> high = calibration.heads(0.6);
        Map<Head, Double> low = calibration.heads(-0.6);
        assertThat(high.get(Head.P_UP) - low.get(Head.P_UP)).isBetween(0.0, 0.05);
        assertThat(low.get(Head.P_DOWN) - high.get(Head.P_DOWN)).isBetween(0.0, 0.05);
    }

    @Test
    void thereIsNoneOfTooFewScores() {
        assertThat(scores(23, 1, 0, 1).calibration()).isEmpty();
    }

    private RuleScores scores(long seed, double strength, int fromDay, int toDay) {
        SimulatedMarket market =
                new SimulatedMarket(seed, strength, 3, toDay, Timeframe.FIVE_MINUTES, 0);
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        RuleScores scores = new RuleScores(rules, TargetSpec.standard(), Timeframe.FIVE_MINUTES);
        for (int i = 0; i < toDay * 288; i++) {
            var close = generator.next();
            if (i >= fromDay * 288 && (toDay > 1 || i < 180)) {
                scores.accept(close);
            }
        }
        return scores;
    }

    /** In the order of the declaration; of the terms in between that no rule looks at 0. */
    private FeatureVector row(
            double momentum,
            double volatility,
            double histogram,
            double rsi,
            double bollinger,
            double volume) {
        float[] row = new float[rules.schema().size()];
        for (int i = 0; i < row.length; i++) {
            String name = rules.schema().names().get(i);
            row[i] =
                    (float)
                            switch (name.substring(0, name.indexOf('@'))) {
                                case "momentum_24" -> momentum;
                                case "volatility_24" -> volatility;
                                case "macd_histogram" -> histogram;
                                case "rsi_14" -> rsi;
                                case "bollinger_position_20" -> bollinger;
                                case "volume_ratio_24" -> volume;
                                default -> 0.0;
                            };
        }
        return FeatureVector.of(row);
    }
}
