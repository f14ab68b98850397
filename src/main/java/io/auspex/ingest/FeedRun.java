package io.auspex.ingest;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.market.CloseListener;
import io.auspex.market.MarketClose;
import io.auspex.platform.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;

/**
 * One run of a feed, on one thread: history goes into the store in batches; a live close is stored,
 * then handed on, then the next one is taken.
 */
final class FeedRun implements FeedListener {

    private static final Logger LOG = Logger.getLogger(FeedRun.class);

    private final Feed feed;
    private final CandleStore store;
    private final IngestStatus status;
    private final LiveHold hold;
    private final CloseListener listener;
    private final LongConsumer historyLoaded;
    private final Lock handling = new ReentrantLock();
    private final List<MarketClose> unstored = new ArrayList<>();
    private final Progress progress;
    private int unstoredCandles;

    FeedRun(
            Feed feed,
            CandleStore store,
            IngestStatus status,
            LiveHold hold,
            CloseListener listener,
            LongConsumer historyLoaded) {
        this.feed = feed;
        this.store = store;
        this.status = status;
        this.hold = hold;
        this.listener = listener;
        this.historyLoaded = historyLoaded;
        this.progress = Progress.open("Loading candles");
    }

    /** Takes the feed from the last stored close to its end. */
    void run() throws InterruptedException {
        try (progress) {
            CandleStore.Extent stored = store.extent(feed.identity(), feed.timeframe());
            status.loading(feed, stored);
            feed.run(resumeAfter(stored.lastCloseTimeMillis()), this);
        } catch (InterruptedHandlingException interrupted) {
            throw interrupted.interruption();
        }
    }

    /** Interrupts the feed, but never while a close is being stored and handled. */
    void stop(Thread runner, Duration patience) throws InterruptedException {
        boolean idle = handling.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
        try {
            runner.interrupt();
        } finally {
            if (idle) {
                handling.unlock();
            }
        }
    }

    @Override
    public void onHistory(MarketClose close, double fractionLoaded) {
        unstored.add(close);
        unstoredCandles += close.candles().size();
        if (unstoredCandles >= store.batchRows()) {
            storeHistory();
        }
        progress.step(fractionLoaded, "");
    }

    @Override
    public void onHistoryComplete(long lastCloseTimeMillis) {
        storeHistory();
        CandleStore.Extent stored = store.extent(feed.identity(), feed.timeframe());
        status.stored(stored);
        progress.step(1.0, stored.candles() + " stored");
        progress.close();
        LOG.infof("%s: %d candles of history are stored", feed.identity(), stored.candles());
        historyLoaded.accept(lastCloseTimeMillis);
        status.become(State.LIVE);
    }

    @Override
    public void onLive(MarketClose close) {
        awaitRelease();
        handling.lock();
        try {
            if (Thread.interrupted()) {
                throw new InterruptedHandlingException(new InterruptedException());
            }
            status.arrived();
            long changed = store.storeAndAwait(List.of(close));
            status.storedLive(changed, close.closeTimeMillis());
            listener.onClose(close);
            status.handled();
        } finally {
            handling.unlock();
        }
    }

    @Override
    public void onRefused(RefusedRow row) {
        status.refused(row);
    }

    @Override
    public void onEnd() {
        status.become(State.ENDED);
        LOG.infof("%s: the feed has ended", feed.identity());
    }

    private long resumeAfter(OptionalLong lastStored) {
        if (lastStored.isEmpty()) {
            return Long.MIN_VALUE;
        }
        long last = lastStored.getAsLong();
        // At most one close is ever between stored and handled; a millisecond before it, it comes
        // again.
        return listener.hasHandled(feed.identity(), last) ? last : last - 1;
    }

    private void storeHistory() {
        if (!unstored.isEmpty()) {
            store.storeAndAwait(unstored);
            unstored.clear();
            unstoredCandles = 0;
        }
    }

    private void awaitRelease() {
        if (!hold.isHeld()) {
            return;
        }
        status.become(State.HELD);
        try {
            hold.awaitRelease();
        } catch (InterruptedException interrupted) {
            throw new InterruptedHandlingException(interrupted);
        }
        status.become(State.LIVE);
    }

    /** Carries an interruption through the listener's methods, which declare none. */
    private static final class InterruptedHandlingException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient InterruptedException interruption;

        InterruptedHandlingException(InterruptedException interruption) {
            super(interruption);
            this.interruption = interruption;
        }

        InterruptedException interruption() {
            return interruption;
        }
    }
}
