package io.auspex.trades;

import io.auspex.features.FeatureEngine;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.TradeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A seeded market of two symbols, one of which misses a candle now and then. */
final class TradeMarket {

    static final String FEED = "replay:trade-test";
    static final Symbol ADA = new Symbol("ADABTC");
    static final Symbol ETH = new Symbol("ETHBTC");
    static final long STEP = Timeframe.FIVE_MINUTES.millis();
    static final long FIRST_CLOSE = 1_700_000_100_000L + STEP;

    private TradeMarket() {}

    static List<MarketClose> closes(int count) {
        Random random = new Random(11);
        double[] prices = {0.00002, 0.07};
        List<MarketClose> closes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long open = FIRST_CLOSE - STEP + i * STEP;
            List<Candle> candles = new ArrayList<>();
            for (int symbol = 0; symbol < 2; symbol++) {
                double before = prices[symbol];
                prices[symbol] *= Math.exp(0.003 * random.nextGaussian());
                double volume = 10 + 100 * random.nextDouble();
                if (symbol == 0 || i % 500 != 499) {
                    candles.add(
                            new Candle(
                                    symbol == 0 ? ADA : ETH,
                                    Timeframe.FIVE_MINUTES,
                                    open,
                                    before,
                                    Math.max(before, prices[symbol]) * 1.0005,
                                    Math.min(before, prices[symbol]) * 0.9995,
                                    prices[symbol],
                                    volume));
                }
            }
            closes.add(new MarketClose(FEED, open + STEP, candles));
        }
        return closes;
    }

    /** What an engine that has seen everything says at a close. */
    static float[] features(List<MarketClose> all, Symbol symbol, long closeMillis) {
        FeatureEngine engine = new FeatureEngine(TradeEntry.marketSchema(Timeframe.FIVE_MINUTES));
        float[] row = new float[TradeEntry.MARKET_FEATURES];
        for (MarketClose close : all) {
            if (close.closeTimeMillis() <= closeMillis) {
                engine.accept(close);
            }
        }
        var _ = engine.write(symbol, row, 0);
        return row;
    }
}
