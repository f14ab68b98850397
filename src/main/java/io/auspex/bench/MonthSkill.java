package io.auspex.bench;

import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.ingest.TrueProbability;
import io.auspex.ingest.Truth;
import io.auspex.ingest.TruthTarget;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.ModelSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The skill of forecasts against the simulator's true probabilities: the gain in expected log loss
 * of p_up and p_down over the month's base rates, as a share of the gain of the truth; 1 is all
 * there is. The expectation is taken under the truth, so that a day's figure has no noise of
 * outcomes.
 *
 * @param days by day of the live part, from 0: the two gains
 */
record MonthSkill(Map<Integer, Gains> days) {

    /** The truth costs a simulation of its own; it is asked at every such close. */
    private static final int CLOSES_PER_TRUTH = 12;

    private static final long DAY_MILLIS = 86_400_000L;

    private record Moment(long closeTimeMillis, String symbol) {}

    /** Sums of gains in nats. */
    record Gains(double model, double truth) {

        double share() {
            return model / truth;
        }

        Gains plus(Gains other) {
            return new Gains(model + other.model, truth + other.truth);
        }
    }

    static MonthSkill of(
            SimulatedMarket market, ModelSpec spec, int liveDays, List<MonthStory.Forecast> asked) {
        Map<Moment, Truth> truths = truths(market, spec, liveDays);
        double up = truths.values().stream().mapToDouble(Truth::pUp).average().orElseThrow();
        double down = truths.values().stream().mapToDouble(Truth::pDown).average().orElseThrow();
        Map<Integer, Gains> days = new TreeMap<>();
        for (MonthStory.Forecast forecast : asked) {
            long time = forecast.at().toEpochMilli();
            Truth truth = truths.get(new Moment(time, forecast.symbol()));
            if (truth != null) {
                int day = Math.toIntExact((time - 1 - market.historyEndMillis()) / DAY_MILLIS);
                Gains gains =
                        gains(truth.pUp(), forecast.pUp(), up)
                                .plus(gains(truth.pDown(), forecast.pDown(), down));
                days.merge(day, gains, Gains::plus);
            }
        }
        return new MonthSkill(days);
    }

    /** Share of the possible over days from the first to before the last; NaN without any. */
    double over(int first, int end) {
        return days.entrySet().stream()
                .filter(day -> day.getKey() >= first && day.getKey() < end)
                .map(Map.Entry::getValue)
                .reduce(new Gains(0, 0), Gains::plus)
                .share();
    }

    private static Map<Moment, Truth> truths(SimulatedMarket market, ModelSpec spec, int liveDays) {
        TruthTarget target =
                new TruthTarget(
                        spec.targets().horizonCandles(),
                        spec.targets().upThreshold(),
                        spec.targets().downThreshold(),
                        spec.targets().stopThreshold());
        SimulatedMarketGenerator generator = new SimulatedMarketGenerator(market);
        TrueProbability oracle = new TrueProbability(market, target);
        List<Symbol> symbols = market.symbols();
        Map<Moment, Truth> truths = new HashMap<>();
        long perDay = DAY_MILLIS / market.timeframe().millis();
        long history = market.historyDays() * perDay;
        long candles = history + liveDays * perDay;
        for (long candle = 0; candle < candles; candle++) {
            MarketClose close = generator.next();
            if (candle >= history && candle % CLOSES_PER_TRUTH == 0) {
                for (int symbol = 0; symbol < symbols.size(); symbol++) {
                    truths.put(
                            new Moment(close.closeTimeMillis(), symbols.get(symbol).toString()),
                            oracle.truth(generator.state(), symbol));
                }
            }
        }
        return truths;
    }

    private static Gains gains(double truth, double forecast, double base) {
        double constant = expectedLoss(truth, base);
        return new Gains(
                constant - expectedLoss(truth, forecast), constant - expectedLoss(truth, truth));
    }

    private static double expectedLoss(double truth, double forecast) {
        double safe = Math.clamp(forecast, 1e-9, 1 - 1e-9);
        return -truth * Math.log(safe) - (1 - truth) * Math.log1p(-safe);
    }
}
