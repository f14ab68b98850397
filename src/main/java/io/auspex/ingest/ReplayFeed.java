package io.auspex.ingest;

import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Replays a folder of candle files {@code <SYMBOL>-<timeframe>.csv[.gz]} with the columns {@code
 * open_time_ms,open,high,low,close,volume}, merged over the symbols in time order, as a live system
 * would have seen them. Only the smallest timeframe is read.
 *
 * <p>The files are read twice: once when the feed is made, for the symbols and the span of time,
 * and once, streaming, in each run.
 */
public final class ReplayFeed implements Feed {

    private final String identity;
    private final ReplayFolder folder;
    private final long historyEndMillis;
    private final Pacer pacer;

    /**
     * @param historyShare share of the time span, 0 to 1, whose closes are history
     * @throws IllegalArgumentException when there is no folder or no usable file in it; the message
     *     says what to do
     */
    public ReplayFeed(Path folder, double historyShare, Pacer pacer) {
        if (!(historyShare >= 0 && historyShare <= 1)) {
            throw new IllegalArgumentException("history must be 0 % to 100 %: " + historyShare);
        }
        this.folder = ReplayFolder.scan(folder);
        this.pacer = pacer;
        identity = "replay:" + CandleFile.nameOf(folder.toAbsolutePath().normalize());
        long span = this.folder.lastCloseMillis() - this.folder.firstOpenMillis();
        historyEndMillis = this.folder.firstOpenMillis() + Math.round(span * historyShare);
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public Timeframe timeframe() {
        return folder.timeframe();
    }

    @Override
    public List<Symbol> symbols() {
        return folder.symbols();
    }

    @Override
    public void run(long afterCloseTimeMillis, FeedListener listener) throws InterruptedException {
        folder.refused().forEach(listener::onRefused);
        try (MergedCandles candles =
                new MergedCandles(identity, folder.files(), listener::onRefused)) {
            Progress progress = new Progress(afterCloseTimeMillis, listener);
            for (Optional<MarketClose> close = candles.next();
                    close.isPresent();
                    close = candles.next()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                progress.take(close.get());
            }
            progress.end();
        }
    }

    /** Where a run is: before its starting point, in the history, or live. */
    private final class Progress {
        private final long afterCloseTimeMillis;
        private final FeedListener listener;
        private long lastTimeMillis = folder.firstOpenMillis();
        private boolean live;

        Progress(long afterCloseTimeMillis, FeedListener listener) {
            this.afterCloseTimeMillis = afterCloseTimeMillis;
            this.listener = listener;
        }

        void take(MarketClose close) throws InterruptedException {
            long time = close.closeTimeMillis();
            if (time > afterCloseTimeMillis) {
                if (time <= historyEndMillis) {
                    listener.onHistory(close, fractionOfHistory(time));
                } else {
                    completeHistory();
                    pacer.awaitClose(folder.timeframe());
                    listener.onLive(close);
                }
            }
            lastTimeMillis = time;
        }

        void end() {
            completeHistory();
            listener.onEnd();
        }

        private void completeHistory() {
            if (!live) {
                live = true;
                listener.onHistoryComplete(lastTimeMillis);
            }
        }

        private double fractionOfHistory(long timeMillis) {
            double first = folder.firstOpenMillis();
            return (timeMillis - first) / (historyEndMillis - first);
        }
    }
}
