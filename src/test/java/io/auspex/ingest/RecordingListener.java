package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Remembers everything a feed says; interrupts an endless one after a number of live closes. */
final class RecordingListener implements FeedListener {

    final List<MarketClose> history = new ArrayList<>();
    final List<Double> fractions = new ArrayList<>();
    final List<Long> completed = new ArrayList<>();
    final List<MarketClose> live = new ArrayList<>();
    final List<RefusedRow> refused = new ArrayList<>();
    int ends;
    private final int stopAfterLive;

    RecordingListener() {
        this(Integer.MAX_VALUE);
    }

    RecordingListener(int stopAfterLive) {
        this.stopAfterLive = stopAfterLive;
    }

    @Override
    public void onHistory(MarketClose close, double fractionLoaded) {
        if (!completed.isEmpty()) {
            throw new AssertionError("history after its end");
        }
        history.add(close);
        fractions.add(fractionLoaded);
    }

    @Override
    public void onHistoryComplete(long lastCloseTimeMillis) {
        completed.add(lastCloseTimeMillis);
    }

    @Override
    public void onLive(MarketClose close) {
        if (completed.size() != 1) {
            throw new AssertionError("live before the history was complete");
        }
        live.add(close);
        if (live.size() == stopAfterLive) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onRefused(RefusedRow row) {
        refused.add(row);
    }

    @Override
    public void onEnd() {
        ends++;
    }

    List<MarketClose> closes() {
        return Stream.concat(history.stream(), live.stream()).toList();
    }

    List<Candle> candles() {
        return closes().stream().flatMap(close -> close.candles().stream()).toList();
    }
}
