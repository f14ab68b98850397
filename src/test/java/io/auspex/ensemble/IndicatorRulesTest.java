package io.auspex.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.features.FeatureEngine;
import io.auspex.features.Readiness;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.PlattCalibration;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Json;
import io.auspex.serving.FeatureVector;
import io.auspex.signals.Action;
import io.auspex.signals.DecisionRule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class IndicatorRulesTest {

    private final IndicatorRules rules = new IndicatorRules(Timeframe.FIVE_MINUTES);

    /** By hand: 0.30 x 1 + 0.25 x 1 + 0.25 x 1 + 0.20 x 1, times a volume of 1.5 at most. */
    @Test
    void allRulesForARiseMakeTheGreatestScore() {
        assertThat(rules.score(RuleStyle.ALL, row(0.10, 0.01, 0.01, 20, -0.2, 9)))
                .isCloseTo(1.5, within(1e-6));
        assertThat(rules.score(RuleStyle.ALL, row(-0.10, 0.01, -0.01, 80, 1.2, 1)))
                .isCloseTo(-1, within(1e-6));
    }

    /** Trend 0.03 / (3 x 0.01) = 1 against an overbought RSI of 60: 0.30 - 0.25 / 2. */
    @Test
    void rulesOutvoteEachOther() {
        assertThat(rules.score(RuleStyle.ALL, row(0.03, 0.01, 0, 60, 0.5, 1)))
                .isCloseTo(0.175, within(1e-6));
        assertThat(rules.score(RuleStyle.ALL, row(0, 0, 0, 50, 0.5, 1))).isZero();
    }

    /** What was found on the first days has to hold on the next ones. */
    @Test
    void probabilitiesAreCalibratedOutOfSample() {
        RuleScores past = scores(21, 1.0, 0, 30);
        RuleCalibration calibration = past.calibration().orElseThrow();
        assertThat(calibration.style()).isEqualTo(RuleStyle.FOLLOWING);
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

    /**
     * The planted law is a trend: a member that follows it leans far enough to trade, and what it
     * trades pays the fees on days that its calibration has not seen.
     */
    @Test
    void onAMarketWithASignalTheRulesTradeAndEarn() {
        for (long seed : new long[] {7, 11, 42}) {
            RuleCalibration calibration = scores(seed, 1.0, 0, 20).calibration().orElseThrow();
            assertThat(calibration.style()).isEqualTo(RuleStyle.FOLLOWING);
            Traded traded = traded(calibration, seed, 1.0, 20, 30);
            assertThat(traded.share()).isGreaterThan(0.5);
            assertThat(traded.meanNet()).isGreaterThan(0.002);
        }
    }

    /** Rules for a turn alone are worth nothing there, and all together they cancel out. */
    @Test
    void onAMarketWithATrendAllRulesTogetherWouldLeanNowhere() {
        assertThat(slope(RuleStyle.REVERTING)).isZero();
        assertThat(slope(RuleStyle.ALL)).isZero();
        assertThat(slope(RuleStyle.FOLLOWING)).isGreaterThan(0.5);
    }

    /** After a day the law is the opposite one: the rules that expect a turn are right. */
    @Test
    void onAMarketThatTurnsBackTheRulesExpectTheTurn() {
        SimulatedMarketGenerator generator =
                new SimulatedMarketGenerator(
                        new SimulatedMarket(7, 1.0, 3, 20, Timeframe.FIVE_MINUTES, 0, 1));
        RuleScores scores = new RuleScores(rules, TargetSpec.standard(), Timeframe.FIVE_MINUTES);
        for (int i = 0; i < 20 * 288; i++) {
            MarketClose close = generator.next();
            if (i > 288) {
                scores.accept(close);
            }
        }
        RuleCalibration calibration = scores.calibration().orElseThrow();
        assertThat(calibration.style()).isEqualTo(RuleStyle.REVERTING);
        assertThat(calibration.heads().get(Head.P_UP).slope()).isGreaterThan(0.5);
    }

    /** Whether a style alone would have leaned: the slope of its line for a rise. */
    private double slope(RuleStyle style) {
        List<double[]> rows = new ArrayList<>();
        play(
                7,
                1.0,
                0,
                10,
                (row, change) -> rows.add(new double[] {rules.score(style, row), change}));
        boolean[] up = new boolean[rows.size()];
        for (int i = 0; i < up.length; i++) {
            up[i] = rows.get(i)[1] >= TargetSpec.standard().upThreshold();
        }
        return PlattCalibration.fit(rows.stream().mapToDouble(row -> row[0]).toArray(), up).slope();
    }

    /**
     * What the decision rule makes of the rules.
     *
     * @param share of closes at which it trades
     * @param meanNet return of such a trade over the horizon, after fees
     */
    private record Traded(double share, double meanNet) {}

    private Traded traded(
            RuleCalibration calibration, long seed, double strength, int fromDay, int toDay) {
        DecisionRule rule = DecisionRule.standard();
        double[] sums = new double[3];
        play(
                seed,
                strength,
                fromDay,
                toDay,
                (row, change) -> {
                    Action action =
                            rule.decide(calibration.heads(rules.score(calibration.style(), row)))
                                    .action();
                    sums[0]++;
                    if (action == Action.BUY || action == Action.SELL) {
                        sums[1]++;
                        sums[2] += (action == Action.BUY ? change : -change) - rule.roundTripFee();
                    }
                });
        return new Traded(sums[1] / sums[0], sums[2] / sums[1]);
    }

    /** Hands over every vector that is ready with what came of it over the horizon. */
    private void play(
            long seed,
            double strength,
            int fromDay,
            int toDay,
            BiConsumer<FeatureVector, Double> consumer) {
        int horizon = TargetSpec.standard().horizonCandles();
        SimulatedMarketGenerator generator =
                new SimulatedMarketGenerator(
                        new SimulatedMarket(seed, strength, 3, toDay, Timeframe.FIVE_MINUTES, 0));
        FeatureEngine engine = new FeatureEngine(rules.schema());
        Map<Symbol, Deque<FeatureVector>> waiting = new TreeMap<>();
        Map<Symbol, Deque<Double>> prices = new TreeMap<>();
        for (int i = 0; i < toDay * 288; i++) {
            MarketClose close = generator.next();
            engine.accept(close);
            for (Candle candle : close.candles()) {
                float[] row = new float[rules.schema().size()];
                boolean ready = engine.write(candle.symbol(), row, 0) instanceof Readiness.Ready;
                if (!ready || i < fromDay * 288) {
                    continue;
                }
                Deque<FeatureVector> rows =
                        waiting.computeIfAbsent(candle.symbol(), _ -> new ArrayDeque<>());
                Deque<Double> then =
                        prices.computeIfAbsent(candle.symbol(), _ -> new ArrayDeque<>());
                rows.add(FeatureVector.of(row));
                then.add(candle.close());
                if (rows.size() > horizon) {
                    consumer.accept(rows.remove(), candle.close() / then.remove() - 1);
                }
            }
        }
    }

    /** Stored before there were styles: all rules counted, and receipts name it as it was. */
    @Test
    void aCalibrationOfTheFirstVersionIsReadAsItWas() throws Exception {
        RuleCalibration now = scores(21, 1.0, 0, 20).calibration().orElseThrow();
        ObjectNode json = Json.mapper().valueToTree(now);
        json.remove("style");
        json.put("rules", 1);
        RuleCalibration then = Json.mapper().treeToValue(json, RuleCalibration.class);
        assertThat(then.style()).isEqualTo(RuleStyle.ALL);
        assertThat(then.identity())
                .isEqualTo(
                        "rules 1, calibrated up to %s on %d scores"
                                .formatted(now.to(), now.rows()));
        assertThat(now.identity()).startsWith("rules 2, following, calibrated up to ");
        assertThat(
                        Json.mapper()
                                .readValue(
                                        Json.mapper().writeValueAsString(now),
                                        RuleCalibration.class))
                .isEqualTo(now);
    }

    /** Where nothing is predictable the rules say next to the base rates, whatever the score. */
    @Test
    void onNoiseTheRulesHaveNoEdge() {
        RuleCalibration calibration = scores(22, 0, 0, 45).calibration().orElseThrow();
        Map<Head, Double> high = calibration.heads(0.6);
        Map<Head, Double> low = calibration.heads(-0.6);
        assertThat(high.get(Head.P_UP) - low.get(Head.P_UP)).isBetween(0.0, 0.05);
        assertThat(low.get(Head.P_DOWN) - high.get(Head.P_DOWN)).isBetween(0.0, 0.05);
        assertThat(traded(calibration, 22, 0, 45, 60).share()).isLessThan(0.01);
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
