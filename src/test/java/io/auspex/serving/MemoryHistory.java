package io.auspex.serving;

import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/** A candle store in memory, and a seeded market of two symbols to fill it with. */
final class MemoryHistory implements CandleHistory {

    static final Symbol BTC = new Symbol("BTCUSDT");
    static final Symbol ETH = new Symbol("ETHBTC");

    private static final long START = 1_700_000_100_000L;

    private final Random random = new Random(17);
    private final List<MarketClose> stored = new ArrayList<>();
    private final double[] prices = {30_000, 0.07};
    private Runnable whileReading = () -> {};
    private long widestMillis;

    /** The next close of the market; not stored yet. */
    MarketClose next(String feed) {
        long open = START + made * Timeframe.FIVE_MINUTES.millis();
        made++;
        return new MarketClose(
                feed,
                open + Timeframe.FIVE_MINUTES.millis(),
                List.of(candle(BTC, 0, open), candle(ETH, 1, open)));
    }

    private long made;

    synchronized MarketClose store(MarketClose close) {
        stored.add(close);
        return close;
    }

    /** A close that was missing, or was there in part, is whole now. */
    synchronized void repair(MarketClose close) {
        stored.removeIf(other -> other.closeTimeMillis() == close.closeTimeMillis());
        stored.add(close);
        stored.sort(Comparator.comparingLong(MarketClose::closeTimeMillis));
    }

    /** Stores that many new closes. */
    MemoryHistory filled(String feed, int closes) {
        for (int i = 0; i < closes; i++) {
            store(next(feed));
        }
        return this;
    }

    synchronized List<MarketClose> all() {
        return List.copyOf(stored);
    }

    /** What happens once, in the middle of the next reading. */
    void whileReading(Runnable happening) {
        whileReading = happening;
    }

    /** The longest span that was asked for. */
    long widestMillis() {
        return widestMillis;
    }

    @Override
    public List<MarketClose> closes(
            String feed, Timeframe timeframe, long fromCloseExclusive, long toCloseInclusive) {
        List<MarketClose> closes;
        synchronized (this) {
            widestMillis = Math.max(widestMillis, toCloseInclusive - fromCloseExclusive);
            closes =
                    stored.stream()
                            .filter(close -> close.feed().equals(feed))
                            .filter(close -> close.closeTimeMillis() > fromCloseExclusive)
                            .filter(close -> close.closeTimeMillis() <= toCloseInclusive)
                            .toList();
        }
        Runnable happening = whileReading;
        whileReading = () -> {};
        happening.run();
        return closes;
    }

    @Override
    public synchronized OptionalLong lastClose(String feed, Timeframe timeframe) {
        return stored.stream()
                .filter(close -> close.feed().equals(feed))
                .mapToLong(MarketClose::closeTimeMillis)
                .max();
    }

    private Candle candle(Symbol symbol, int index, long open) {
        double before = prices[index];
        double after = before * Math.exp(0.002 * random.nextGaussian());
        prices[index] = after;
        return new Candle(
                symbol,
                Timeframe.FIVE_MINUTES,
                open,
                before,
                Math.max(before, after) * 1.0005,
                Math.min(before, after) * 0.9995,
                after,
                10 + random.nextDouble());
    }
}
