package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.SplittableRandom;

/** The truth of a stand-in exchange: a candle is a function of its place. */
record CandleGenerator(long seed, Timeframe timeframe) {

    Candle candle(Symbol symbol, long openMillis) {
        SplittableRandom random =
                new SplittableRandom(
                        seed * 31 + symbol.name().hashCode() * 1_000_003L + openMillis);
        double open = cents(random.nextDouble(10, 1000));
        double close = cents(open * random.nextDouble(0.98, 1.02));
        double high = cents(Math.max(open, close) * random.nextDouble(1.0, 1.01) + 0.01);
        double low = cents(Math.min(open, close) * random.nextDouble(0.99, 1.0) - 0.01);
        return new Candle(
                symbol,
                timeframe,
                openMillis,
                open,
                high,
                low,
                close,
                cents(random.nextDouble(1e4)));
    }

    /** What an exchange that corrects itself would send later. */
    Candle corrected(Symbol symbol, long openMillis) {
        Candle first = candle(symbol, openMillis);
        return new Candle(
                symbol,
                timeframe,
                openMillis,
                first.open(),
                first.high(),
                first.low(),
                first.close(),
                first.volume() + 1);
    }

    private static double cents(double price) {
        return Math.round(price * 100) / 100.0;
    }
}
