package io.auspex.ingest;

import io.auspex.ingest.CandleGaps.Gap;
import io.auspex.ingest.CandleStore.Extent;
import io.auspex.ingest.CandleStore.Written;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;

/**
 * Looks after the candles of a running feed, beside it: finds what is missing between the first and
 * the last stored close and has it sent again, and forgets what is older than it is to be kept. A
 * symbol that joined later gets its past in the same way. On request too, as the {@link
 * DataRefresh} of a feed whose past can be had. Blocking; one pass at a time.
 */
final class Upkeep implements DataRefresh {

    private static final Logger LOG = Logger.getLogger(Upkeep.class);
    private static final int PAGE_CANDLES = 1000;

    private final Feed feed;
    private final CandleStore store;
    private final CandleGaps gaps;
    private final IngestStatus status;
    private final InstantSource clock;
    private final Optional<Duration> retention;
    private final LongConsumer repaired;
    private final Lock passing = new ReentrantLock();

    /**
     * @param repaired told the earliest close time of candles that a pass has added
     */
    Upkeep(
            Feed feed,
            CandleStore store,
            CandleGaps gaps,
            IngestStatus status,
            InstantSource clock,
            Optional<Duration> retention,
            LongConsumer repaired) {
        this.feed = feed;
        this.store = store;
        this.gaps = gaps;
        this.status = status;
        this.clock = clock;
        this.retention = retention;
        this.repaired = repaired;
    }

    /** One pass after the other, until the thread is interrupted. */
    void run(Duration pause) {
        try {
            while (true) {
                try {
                    pass();
                } catch (RuntimeException failure) {
                    if (Thread.interrupted()) {
                        return;
                    }
                    // The database or the venue is away: the next pass does the rest.
                    LOG.warnf("%s: upkeep of the candles stopped: %s", feed.identity(), failure);
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Repairs what can be, then forgets what is too old. Returns how many candles were added. */
    long pass() throws InterruptedException {
        passing.lockInterruptibly();
        try {
            Optional<CandleSource> source = feed.past();
            long added = source.isPresent() ? repair(source.get()) : 0;
            forget();
            return added;
        } finally {
            passing.unlock();
        }
    }

    @Override
    public Refreshed refresh() throws InterruptedException {
        long added = pass();
        return new Refreshed(
                added,
                feed.identity()
                        + (added == 0
                                ? ": nothing is missing that could be fetched"
                                : ": " + added + " missing candles were fetched"));
    }

    private long repair(CandleSource source) throws InterruptedException {
        Timeframe timeframe = feed.timeframe();
        Extent extent = store.extent(feed.identity(), timeframe);
        OptionalLong first = extent.firstCloseTimeMillis();
        OptionalLong last = extent.lastCloseTimeMillis();
        if (first.isEmpty() || last.isEmpty()) {
            return 0;
        }
        long fromOpen = first.getAsLong() - timeframe.millis();
        long toOpen = last.getAsLong() - timeframe.millis();
        long added = 0;
        long earliest = Long.MAX_VALUE;
        for (Symbol symbol : feed.symbols()) {
            for (Gap gap : gaps.gaps(feed.identity(), timeframe, symbol, fromOpen, toOpen)) {
                // Before its first candle a symbol may not have been traded yet.
                if (gap.firstOpenMillis() > fromOpen) {
                    gaps.note(feed.identity(), timeframe, symbol, gap);
                }
                long filled = fill(source, symbol, gap);
                added += filled;
                earliest = filled > 0 ? Math.min(earliest, gap.firstOpenMillis()) : earliest;
            }
        }
        if (added > 0) {
            LOG.infof("%s: %d missing candles were added", feed.identity(), added);
            repaired.accept(earliest + timeframe.millis());
        }
        return added;
    }

    private long fill(CandleSource source, Symbol symbol, Gap gap) throws InterruptedException {
        long millis = feed.timeframe().millis();
        long added = 0;
        // From the newest page to the oldest: before the first empty one there is nothing.
        for (long to = gap.lastOpenMillis();
                to >= gap.firstOpenMillis();
                to -= PAGE_CANDLES * millis) {
            long from = Math.max(gap.firstOpenMillis(), to - (PAGE_CANDLES - 1) * millis);
            List<Candle> candles = source.candles(symbol, from, to);
            if (candles.isEmpty()) {
                return added;
            }
            Written written = Await.item(() -> store.write(feed.identity(), candles));
            status.wrote(written);
            added += written.added();
        }
        return added;
    }

    private void forget() {
        if (retention.isEmpty()) {
            return;
        }
        Instant before = clock.instant().minus(retention.get());
        int forgotten = gaps.forget(feed.identity(), feed.timeframe(), before.toEpochMilli());
        if (forgotten > 0) {
            LOG.infof(
                    "%s: %d candles older than %s were removed",
                    feed.identity(), forgotten, retention.get());
        }
    }
}
