package io.auspex.dataset;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The candles of a job, close after close, to be gone through as often as it takes. The files are
 * mapped until this and its iterators are garbage; objects are made on the way. An iterator is for
 * one thread.
 */
public final class CandleFiles implements Iterable<MarketClose> {

    private final String feed;
    private final Timeframe timeframe;
    private final List<Symbol> symbols;
    private final NpyReader times;
    private final NpyReader numbers;
    private final NpyReader prices;

    private CandleFiles(CandleOrder order, NpyReader times, NpyReader numbers, NpyReader prices) {
        this.feed = order.feed();
        this.timeframe = order.spec().market().timeframe();
        this.symbols = order.symbols();
        this.times = times;
        this.numbers = numbers;
        this.prices = prices;
    }

    /**
     * Maps them.
     *
     * @throws IOException when one is missing, or does not fit the others
     */
    static CandleFiles open(JobFolder folder, CandleOrder order) throws IOException {
        NpyReader times = NpyReader.open(folder.candleTimes());
        long candles = times.rows();
        return new CandleFiles(
                order,
                times.expect(Npy.Type.INT64, 1, candles, 1),
                NpyReader.open(folder.candleSymbols()).expect(Npy.Type.INT32, 1, candles, 1),
                NpyReader.open(folder.candlePrices())
                        .expect(Npy.Type.FLOAT64, 2, candles, CandleWriter.PRICES));
    }

    @Override
    public Iterator<MarketClose> iterator() {
        return new Closes();
    }

    private final class Closes implements Iterator<MarketClose> {

        private long next;

        @Override
        public boolean hasNext() {
            return next < times.rows();
        }

        /**
         * The candles of one close stand beside each other.
         *
         * @throws IndexOutOfBoundsException when a number stands for no symbol
         */
        @Override
        public MarketClose next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no more closes");
            }
            long closeMillis = times.longAt(next);
            List<Candle> candles = new ArrayList<>();
            while (hasNext() && times.longAt(next) == closeMillis) {
                candles.add(
                        new Candle(
                                symbols.get(numbers.intAt(next)),
                                timeframe,
                                closeMillis - timeframe.millis(),
                                prices.doubleAt(next, 0),
                                prices.doubleAt(next, 1),
                                prices.doubleAt(next, 2),
                                prices.doubleAt(next, 3),
                                prices.doubleAt(next, 4)));
                next++;
            }
            return new MarketClose(feed, closeMillis, candles);
        }
    }
}
