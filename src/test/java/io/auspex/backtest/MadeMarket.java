package io.auspex.backtest;

import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** Closes in memory: made by hand, or a random walk of some symbols. */
final class MadeMarket implements CandleHistory {

    static final String FEED = "replay:past";
    static final Timeframe TIMEFRAME = Timeframe.FIVE_MINUTES;
    static final long START = 1_700_000_100_000L;
    static final long STEP = TIMEFRAME.millis();

    private final List<MarketClose> closes;

    MadeMarket(List<MarketClose> closes) {
        this.closes = List.copyOf(closes);
    }

    /** The moment of the n-th close, from 0. */
    static long close(int n) {
        return START + (n + 1) * STEP;
    }

    static Instant at(int n) {
        return Instant.ofEpochMilli(close(n));
    }

    static Candle candle(String symbol, int n, double open, double high, double low, double close) {
        return new Candle(
                new Symbol(symbol), TIMEFRAME, close(n) - STEP, open, high, low, close, 1);
    }

    static MarketClose of(int n, Candle... candles) {
        return new MarketClose(FEED, close(n), List.of(candles));
    }

    static MadeMarket walk(long seed, int closes, String... symbols) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] prices = new double[symbols.length];
        java.util.Arrays.fill(prices, 100);
        List<MarketClose> all = new ArrayList<>();
        for (int n = 0; n < closes; n++) {
            List<Candle> candles = new ArrayList<>();
            for (int s = 0; s < symbols.length; s++) {
                double open = prices[s] * (1 + 0.0005 * random.nextGaussian());
                double close = open * (1 + 0.004 * random.nextGaussian());
                prices[s] = close;
                if (s == 0 || random.nextDouble() > 0.02) {
                    candles.add(
                            candle(
                                    symbols[s],
                                    n,
                                    open,
                                    Math.max(open, close) * (1 + 0.001 * random.nextDouble()),
                                    Math.min(open, close) * (1 - 0.001 * random.nextDouble()),
                                    close));
                }
            }
            all.add(new MarketClose(FEED, close(n), candles));
        }
        return new MadeMarket(all);
    }

    List<MarketClose> all() {
        return closes;
    }

    @Override
    public List<MarketClose> closes(
            String feed, Timeframe timeframe, long fromCloseExclusive, long toCloseInclusive) {
        return closes.stream()
                .filter(close -> close.closeTimeMillis() > fromCloseExclusive)
                .filter(close -> close.closeTimeMillis() <= toCloseInclusive)
                .toList();
    }

    @Override
    public OptionalLong lastClose(String feed, Timeframe timeframe) {
        return OptionalLong.of(closes.getLast().closeTimeMillis());
    }
}
