package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Merges candle files of different symbols and one timeframe into closes, in time order. Holds a
 * few rows of every file in memory.
 */
final class MergedCandles implements AutoCloseable {

    private record Head(Candle candle, CandleReader reader) {}

    private final String feed;
    private final List<CandleReader> readers = new ArrayList<>();
    private final PriorityQueue<Head> heads =
            new PriorityQueue<>(
                    Comparator.comparingLong((Head head) -> head.candle().closeTimeMillis())
                            .thenComparing(head -> head.candle().symbol()));

    MergedCandles(String feed, List<CandleFile> files, Consumer<RefusedRow> refused) {
        this.feed = feed;
        try {
            for (CandleFile file : files) {
                CandleReader reader = CandleReader.open(file, refused);
                readers.add(reader);
                push(reader);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The candles that share the earliest close time that is left. */
    Optional<MarketClose> next() {
        Head first = heads.peek();
        if (first == null) {
            return Optional.empty();
        }
        long closeTimeMillis = first.candle().closeTimeMillis();
        List<Candle> candles = new ArrayList<>();
        for (Head head = first;
                head != null && head.candle().closeTimeMillis() == closeTimeMillis;
                head = heads.peek()) {
            heads.remove();
            candles.add(head.candle());
            push(head.reader());
        }
        return Optional.of(new MarketClose(feed, closeTimeMillis, candles));
    }

    @Override
    public void close() {
        readers.forEach(CandleReader::close);
    }

    private void push(CandleReader reader) {
        reader.next().ifPresent(candle -> heads.add(new Head(candle, reader)));
    }
}
