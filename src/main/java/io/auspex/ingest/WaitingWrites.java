package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the live part of a feed could not store because the database is away, in order, in memory. A
 * process that ends loses it, and nothing with it: every feed hands over again what comes after the
 * last stored close. Bounded by candles. Thread-safe.
 */
final class WaitingWrites {

    /** Something to be stored. */
    sealed interface Write {

        /** How much of the bound it takes. */
        default int candles() {
            return 1;
        }
    }

    /** A close. */
    record OfClose(MarketClose close) implements Write {
        @Override
        public int candles() {
            return close.candles().size();
        }
    }

    /** A candle that came after its close, or another version of one. */
    record OfLateCandle(String feed, Candle candle) implements Write {}

    /** The note that a close went on without some symbols. */
    record OfMissing(String feed, Timeframe timeframe, long closeTimeMillis, List<Symbol> symbols)
            implements Write {
        OfMissing {
            symbols = List.copyOf(symbols);
        }
    }

    private final int mostCandles;
    private final Lock lock = new ReentrantLock();
    private final Condition shorter = lock.newCondition();
    private final Deque<Write> writes = new ArrayDeque<>();
    private int candles;

    /**
     * @param mostCandles at least 1; a single write may be longer when nothing else waits
     */
    WaitingWrites(int mostCandles) {
        if (mostCandles < 1) {
            throw new IllegalArgumentException("auspex.candles.waiting must be at least 1");
        }
        this.mostCandles = mostCandles;
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return writes.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many candles wait. */
    int candles() {
        lock.lock();
        try {
            return candles;
        } finally {
            lock.unlock();
        }
    }

    /** Adds one, when there is room; waits for that. */
    void add(Write write) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!writes.isEmpty() && candles + write.candles() > mostCandles) {
                shorter.await();
            }
            writes.addLast(write);
            candles += write.candles();
        } finally {
            lock.unlock();
        }
    }

    void awaitEmpty() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!writes.isEmpty()) {
                shorter.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The oldest ones, which stay until they are {@link #stored}: closes of one feed as long as
     * they follow each other and fit into a batch, or one of another kind. None when nothing waits.
     */
    List<Write> oldest(int mostRows) {
        lock.lock();
        try {
            List<Write> batch = new ArrayList<>();
            int rows = 0;
            for (Write write : writes) {
                rows += write.candles();
                if (!batch.isEmpty() && (rows > mostRows || !goesWith(batch.getLast(), write))) {
                    break;
                }
                batch.add(write);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private static boolean goesWith(Write before, Write write) {
        return before instanceof OfClose(MarketClose first)
                && write instanceof OfClose(MarketClose second)
                && first.feed().equals(second.feed())
                && first.closeTimeMillis() < second.closeTimeMillis();
    }

    /** Lets go of the oldest ones; of those that somebody else has stored meanwhile, nothing. */
    void stored(List<Write> batch) {
        lock.lock();
        try {
            for (Write write : batch) {
                if (writes.peekFirst() == write) {
                    writes.removeFirst();
                    candles -= write.candles();
                }
            }
            shorter.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The closes that wait, of a feed and within a range, in increasing time. */
    List<MarketClose> closes(
            String feed, Timeframe timeframe, long fromCloseExclusive, long toCloseInclusive) {
        lock.lock();
        try {
            List<MarketClose> found = new ArrayList<>();
            for (Write write : writes) {
                if (write instanceof OfClose(MarketClose close)
                        && close.feed().equals(feed)
                        && close.candles().getFirst().timeframe() == timeframe
                        && close.closeTimeMillis() > fromCloseExclusive
                        && close.closeTimeMillis() <= toCloseInclusive) {
                    found.add(close);
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** The last close of a feed that waits. */
    OptionalLong lastClose(String feed, Timeframe timeframe) {
        List<MarketClose> all = closes(feed, timeframe, Long.MIN_VALUE, Long.MAX_VALUE);
        return all.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(all.getLast().closeTimeMillis());
    }
}
