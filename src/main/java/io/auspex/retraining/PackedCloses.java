package io.auspex.retraining;

import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The closes of a refit, to be gone through as often as it takes: 44 bytes a candle in a few arrays
 * for each {@value #CLOSES_PER_CHUNK} closes. The objects are made on the way and live for a
 * moment, where a list of them would be traced and copied by every young collection of a service
 * that has requests to answer. Filled by one thread; then any may read.
 */
final class PackedCloses implements Iterable<MarketClose> {

    private static final int CLOSES_PER_CHUNK = 128;
    private static final int PRICES = 5;

    private final String feed;
    private final Timeframe timeframe;
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();
    private final Map<Symbol, Integer> numbers = new HashMap<>();
    private final List<MarketClose> pending = new ArrayList<>(CLOSES_PER_CHUNK);
    private long lastCloseMillis;

    /**
     * Whole closes.
     *
     * @param times close times
     * @param ends for each close the number of candles up to its last
     * @param numbers of the symbols
     * @param prices open, high, low, close and volume of each candle
     */
    private record Chunk(long[] times, int[] ends, int[] numbers, double[] prices) {}

    private PackedCloses(String feed, Timeframe timeframe) {
        this.feed = feed;
        this.timeframe = timeframe;
    }

    /** Nothing: for models that do not learn from candles. */
    static PackedCloses none(String feed, Timeframe timeframe) {
        return new PackedCloses(feed, timeframe);
    }

    /** Reads them page by page. Blocking, as the history is. */
    static PackedCloses read(
            CandleHistory history,
            String feed,
            Timeframe timeframe,
            long fromCloseExclusive,
            long toCloseInclusive) {
        PackedCloses packed = new PackedCloses(feed, timeframe);
        history.forEachClose(
                feed, timeframe, List.of(), fromCloseExclusive, toCloseInclusive, packed::add);
        packed.pack();
        return packed;
    }

    private void add(MarketClose close) {
        pending.add(close);
        lastCloseMillis = close.closeTimeMillis();
        if (pending.size() == CLOSES_PER_CHUNK) {
            pack();
        }
    }

    private void pack() {
        if (pending.isEmpty()) {
            return;
        }
        int candles = pending.stream().mapToInt(close -> close.candles().size()).sum();
        Chunk chunk =
                new Chunk(
                        new long[pending.size()],
                        new int[pending.size()],
                        new int[candles],
                        new double[candles * PRICES]);
        int next = 0;
        for (int i = 0; i < pending.size(); i++) {
            MarketClose close = pending.get(i);
            chunk.times()[i] = close.closeTimeMillis();
            for (Candle candle : close.candles()) {
                chunk.numbers()[next] = number(candle.symbol());
                double[] prices = chunk.prices();
                int at = next++ * PRICES;
                prices[at] = candle.open();
                prices[at + 1] = candle.high();
                prices[at + 2] = candle.low();
                prices[at + 3] = candle.close();
                prices[at + 4] = candle.volume();
            }
            chunk.ends()[i] = next;
        }
        chunks.add(chunk);
        pending.clear();
    }

    private int number(Symbol symbol) {
        Integer known = numbers.putIfAbsent(symbol, symbols.size());
        if (known != null) {
            return known;
        }
        symbols.add(symbol);
        return symbols.size() - 1;
    }

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    /**
     * Close time of the newest, milliseconds since the Unix epoch.
     *
     * @throws NoSuchElementException when there is none
     */
    long lastCloseMillis() {
        if (isEmpty()) {
            throw new NoSuchElementException("no closes");
        }
        return lastCloseMillis;
    }

    @Override
    public Iterator<MarketClose> iterator() {
        return new Unpacking();
    }

    private final class Unpacking implements Iterator<MarketClose> {

        private int chunk;
        private int close;

        @Override
        public boolean hasNext() {
            return chunk < chunks.size();
        }

        @Override
        public MarketClose next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no more closes");
            }
            Chunk from = chunks.get(chunk);
            int begin = close == 0 ? 0 : from.ends()[close - 1];
            Candle[] candles = new Candle[from.ends()[close] - begin];
            long closeMillis = from.times()[close];
            for (int i = 0; i < candles.length; i++) {
                double[] prices = from.prices();
                int at = (begin + i) * PRICES;
                candles[i] =
                        new Candle(
                                symbols.get(from.numbers()[begin + i]),
                                timeframe,
                                closeMillis - timeframe.millis(),
                                prices[at],
                                prices[at + 1],
                                prices[at + 2],
                                prices[at + 3],
                                prices[at + 4]);
            }
            if (++close == from.times().length) {
                chunk++;
                close = 0;
            }
            return new MarketClose(feed, closeMillis, Arrays.asList(candles));
        }
    }
}
