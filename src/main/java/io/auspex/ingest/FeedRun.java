package io.auspex.ingest;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.market.Candle;
import io.auspex.market.CloseListener;
import io.auspex.market.CloseTimes;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.platform.Await;
import io.auspex.platform.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * One run of a feed, on one thread: history goes into the store in batches, and while the store
 * fails the run waits for it; a live close is stored, or kept to be stored ({@link LiveWrites}),
 * then handed on, then the next one is taken.
 */
final class FeedRun implements FeedListener {

    private static final Logger LOG = Logger.getLogger(FeedRun.class);
    private static final String FEED = "feed";

    private final Feed feed;
    private final CandleStore store;
    private final IngestStatus status;
    private final LiveHold hold;
    private final CloseListener listener;
    private final LongConsumer historyLoaded;
    private final Lock handling = new ReentrantLock();
    private final List<MarketClose> unstored = new ArrayList<>();
    private final Progress progress;
    private final PatientStore patient;
    private final LiveWrites writes;
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
        this.patient = new PatientStore(status, PatientStore.BACKOFF);
        this.writes = new LiveWrites(store, status, patient);
    }

    /** Takes the feed from the last stored close to its end. */
    void run() throws InterruptedException {
        try (progress;
                writes) {
            // Left by an earlier run: it ends where these begin.
            writes.awaitStored();
            CandleStore.Extent stored = patient.until(this::extent);
            status.loading(feed, stored);
            long after = patient.until(() -> resumeAfter(stored.lastCloseTimeMillis()));
            feed.run(after, this);
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
        CandleStore.Extent stored = patiently(this::extent);
        status.stored(stored);
        progress.step(1.0, stored.candles() + " stored");
        progress.close();
        LOG.infof("%s: %d candles of history are stored", feed.identity(), stored.candles());
        historyLoaded.accept(lastCloseTimeMillis);
        boolean _ =
                patiently(() -> {
                    listener.onHistoryComplete(
                            feed.identity(),
                            feed.timeframe(),
                            feed.byTheClock(),
                            lastCloseTimeMillis);
                    return true;
                });
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
            unlessInterrupted(
                    () -> writes.write(new WaitingWrites.OfClose(close), () -> arrived(close)));
            CloseTimes times = new CloseTimes(status.arrivedNanos(), writes.storedNanos());
            status.storedLive(close.closeTimeMillis());
            listener.onClose(close, times);
            status.handled();
        } finally {
            handling.unlock();
        }
    }

    private void arrived(MarketClose close) {
        try {
            listener.onArrival(close);
        } catch (RuntimeException early) {
            LOG.debugf(early, "%s is worked out when it is stored", close.correlation());
        }
    }

    @Override
    public void onRefused(RefusedRow row) {
        status.refused(row);
    }

    @Override
    public void onNews(FeedNews news) {
        switch (news) {
            case FeedNews.Waiting(String reason) -> status.waiting(FEED, reason);
            case FeedNews.Connected() -> status.noLongerWaiting(FEED);
            case FeedNews.ClockCompared(Duration ahead) -> status.clockCompared(ahead);
            case FeedNews.Follows(List<Symbol> symbols) -> status.follows(symbols);
            case FeedNews.Unreadable(String reason) -> {
                LOG.debugf("%s: unreadable: %s", feed.identity(), reason);
                status.unreadable();
            }
            case FeedNews.NotStreamed(Symbol symbol, String reason) ->
                    LOG.warnf(
                            "%s: %s is not streamed, its candles come over REST: %s",
                            feed.identity(), symbol, reason);
            case FeedNews.Late(Candle candle) ->
                    unlessInterrupted(() ->
                            writes.write(new WaitingWrites.OfLateCandle(feed.identity(), candle)));
            case FeedNews.Missing(long closeTimeMillis, List<Symbol> symbols) -> {
                LOG.debugf("%s: %d without %s", feed.identity(), closeTimeMillis, symbols);
                status.missing(symbols.size());
                unlessInterrupted(() ->
                        writes.write(
                                new WaitingWrites.OfMissing(
                                        feed.identity(),
                                        feed.timeframe(),
                                        closeTimeMillis,
                                        symbols)));
            }
        }
    }

    @Override
    public void onEnd() {
        unlessInterrupted(writes::awaitStored);
        status.become(State.ENDED);
        LOG.infof("%s: the feed has ended", feed.identity());
    }

    private long resumeAfter(OptionalLong lastStored) {
        if (lastStored.isEmpty()) {
            return Long.MIN_VALUE;
        }
        long last = lastStored.getAsLong();
        // At most one stored close is not handled; a millisecond before it, it comes again.
        return listener.hasHandled(feed.identity(), last) ? last : last - 1;
    }

    private void storeHistory() {
        if (!unstored.isEmpty()) {
            status.wroteHistory(write(unstored));
            unstored.clear();
            unstoredCandles = 0;
        }
    }

    private CandleStore.Extent extent() {
        return store.extent(feed.identity(), feed.timeframe());
    }

    private CandleStore.Written write(List<MarketClose> closes) {
        return patiently(() -> Await.item(() -> store.write(closes)));
    }

    /** Work that may wait. */
    @FunctionalInterface
    private interface Waiting {
        void run() throws InterruptedException;
    }

    private static void unlessInterrupted(Waiting work) {
        try {
            work.run();
        } catch (InterruptedException interrupted) {
            throw new InterruptedHandlingException(interrupted);
        }
    }

    private <T> T patiently(Supplier<T> work) {
        try {
            return patient.until(work);
        } catch (InterruptedException interrupted) {
            throw new InterruptedHandlingException(interrupted);
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
