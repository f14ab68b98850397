package io.auspex.ingest;

import io.auspex.ingest.WaitingWrites.OfClose;
import io.auspex.ingest.WaitingWrites.OfLateCandle;
import io.auspex.ingest.WaitingWrites.OfMissing;
import io.auspex.ingest.WaitingWrites.Write;
import io.auspex.market.MarketClose;
import io.auspex.platform.Await;
import io.auspex.platform.NotTheLeader;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stores what the live part of a feed brings: at once, while the database answers. While it does
 * not, what comes waits in memory and is handed on all the same, so that predictions and signals go
 * on; a thread beside the feed stores it in order when the database is back. Behind what waits
 * everything waits, so that the order stays; when as much waits as may, the feed does too.
 */
final class LiveWrites implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LiveWrites.class);

    private final CandleStore store;
    private final WaitingWrites waiting;
    private final IngestStatus status;
    private final PatientStore patient;
    private final AtomicBoolean storing = new AtomicBoolean();
    private volatile @Nullable Thread beside;
    private volatile long storedNanos;

    LiveWrites(CandleStore store, IngestStatus status, PatientStore patient) {
        this.store = store;
        this.waiting = store.waiting();
        this.status = status;
        this.patient = patient;
    }

    /** On the feed's thread. When it returns the candles are stored, or wait to be. */
    void write(Write write) throws InterruptedException {
        write(write, () -> {});
    }

    /**
     * The same.
     *
     * @param meanwhile done while the database works; not at all when nothing is asked of it now
     */
    void write(Write write, Runnable meanwhile) throws InterruptedException {
        if (waiting.isEmpty() && isStored(write, meanwhile)) {
            return;
        }
        waiting.add(write);
        storedNanos = System.nanoTime();
        storeBeside();
    }

    /**
     * When the database said that it has what was written last, or when that began to wait, by
     * {@link System#nanoTime}: what was done meanwhile may have taken longer.
     */
    long storedNanos() {
        return storedNanos;
    }

    /** Returns when nothing waits any more. */
    void awaitStored() throws InterruptedException {
        if (!waiting.isEmpty()) {
            storeBeside();
            waiting.awaitEmpty();
        }
    }

    /** What waits stays where it is: the next run of a feed in this process begins with it. */
    @Override
    public void close() {
        Thread thread = beside;
        if (thread != null) {
            thread.interrupt();
        }
    }

    private boolean isStored(Write write, Runnable meanwhile) throws InterruptedException {
        Await.Begun<CandleStore.Written> storing =
                Await.begun(
                        () -> stored(List.of(write)).invoke(() -> storedNanos = System.nanoTime()));
        meanwhile.run();
        try {
            status.wrote(storing.item());
            return true;
        } catch (IllegalArgumentException defect) {
            throw defect;
        } catch (RuntimeException failure) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (NotTheLeader.isCauseOf(failure)) {
                // Nothing may be handed on that another process speaks of.
                throw failure;
            }
            LOG.warnf("candles wait in memory until the database takes them: %s", failure);
            return false;
        }
    }

    private void storeBeside() {
        if (storing.compareAndSet(false, true)) {
            beside = Thread.ofVirtual().name("candle-writes").start(this::storeAll);
        }
    }

    private void storeAll() {
        try {
            do {
                storeWhatWaits();
                storing.set(false);
                // What came between the last look and now has found this thread still at work.
            } while (!waiting.isEmpty() && storing.compareAndSet(false, true));
        } catch (InterruptedException stopped) {
            storing.set(false);
            Thread.currentThread().interrupt();
        } catch (RuntimeException defect) {
            storing.set(false);
            LOG.errorf(defect, "candles that wait cannot be stored");
            status.failed(String.valueOf(defect.getMessage()));
        }
    }

    private void storeWhatWaits() throws InterruptedException {
        for (List<Write> oldest = waiting.oldest(store.batchRows());
                !oldest.isEmpty();
                oldest = waiting.oldest(store.batchRows())) {
            List<Write> batch = oldest;
            status.wrote(patient.until(() -> store(batch)));
            waiting.stored(batch);
        }
    }

    private CandleStore.Written store(List<Write> batch) {
        return Await.item(() -> stored(batch));
    }

    /** All of one kind. */
    private Uni<CandleStore.Written> stored(List<Write> batch) {
        Uni<CandleStore.Written> written =
                switch (batch.getFirst()) {
                    case OfClose _ -> store.write(closes(batch));
                    case OfLateCandle(String feed, var candle) ->
                            store.write(feed, List.of(candle));
                    case OfMissing(String feed, var timeframe, long closeTimeMillis, var symbols) ->
                            store.missing(feed, timeframe, closeTimeMillis, symbols)
                                    .replaceWith(CandleStore.Written.NOTHING);
                };
        return written.ifNoItem().after(store.writeTimeout()).fail();
    }

    private static List<MarketClose> closes(List<Write> batch) {
        List<MarketClose> closes = new ArrayList<>(batch.size());
        for (Write write : batch) {
            if (write instanceof OfClose(MarketClose close)) {
                closes.add(close);
            }
        }
        return closes;
    }
}
