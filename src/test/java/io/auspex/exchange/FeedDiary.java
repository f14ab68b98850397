package io.auspex.exchange;

import io.auspex.ingest.FeedListener;
import io.auspex.ingest.FeedNews;
import io.auspex.ingest.RefusedRow;
import io.auspex.market.MarketClose;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a feed says. */
final class FeedDiary implements FeedListener {

    final List<MarketClose> history = new CopyOnWriteArrayList<>();
    final List<MarketClose> live = new CopyOnWriteArrayList<>();
    final List<FeedNews> news = new CopyOnWriteArrayList<>();
    volatile long historyEnd = Long.MIN_VALUE;
    volatile long last = Long.MIN_VALUE;

    @Override
    public void onHistory(MarketClose close, double fractionLoaded) {
        if (fractionLoaded < 0 || fractionLoaded > 1) {
            throw new AssertionError("fraction " + fractionLoaded);
        }
        history.add(close);
        last = close.closeTimeMillis();
    }

    @Override
    public void onHistoryComplete(long lastCloseTimeMillis) {
        historyEnd = lastCloseTimeMillis;
    }

    @Override
    public void onLive(MarketClose close) {
        live.add(close);
        last = close.closeTimeMillis();
    }

    @Override
    public void onRefused(RefusedRow row) {
        throw new AssertionError(row.toString());
    }

    @Override
    public void onNews(FeedNews said) {
        news.add(said);
    }

    @Override
    public void onEnd() {
        throw new AssertionError("an exchange does not end");
    }

    <T extends FeedNews> List<T> news(Class<T> type) {
        return news.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
