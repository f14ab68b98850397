package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Four closes of two symbols, of which the third is lost and the second has a late candle. */
record NewsFeed(String identity) implements Feed {

    static final Symbol AAA = new Symbol("AAA");
    static final Symbol BBB = new Symbol("BBB");
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final long START = 1_700_000_100_000L;

    @Override
    public Timeframe timeframe() {
        return FIVE;
    }

    @Override
    public List<Symbol> symbols() {
        return List.of(AAA, BBB);
    }

    @Override
    public void run(long afterCloseTimeMillis, FeedListener listener) {
        listener.onNews(new FeedNews.Waiting("the line is dead"));
        listener.onNews(new FeedNews.Connected());
        listener.onNews(new FeedNews.ClockCompared(Duration.ofMillis(-250)));
        listener.onNews(new FeedNews.Follows(symbols()));
        listener.onHistory(close(0, AAA, BBB), 1);
        listener.onHistoryComplete(close(0, AAA).closeTimeMillis());
        listener.onLive(close(1, AAA));
        listener.onNews(new FeedNews.Missing(close(1, AAA).closeTimeMillis(), List.of(BBB)));
        listener.onNews(new FeedNews.Late(candle(BBB, 1, 10)));
        listener.onNews(new FeedNews.Late(candle(AAA, 1, 11)));
        listener.onNews(new FeedNews.Late(candle(AAA, 1, 11)));
        listener.onNews(new FeedNews.Unreadable("gibberish"));
        listener.onLive(close(3, AAA, BBB));
        listener.onNews(new FeedNews.Waiting("the line is dead again"));
        listener.onNews(new FeedNews.Waiting("the line is still dead"));
        listener.onEnd();
    }

    @Override
    public Optional<CandleSource> past() {
        return Optional.of((symbol, fromOpen, toOpen) -> {
            List<Candle> candles = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Candle candle = candle(symbol, i, 10);
                if (candle.openTimeMillis() >= fromOpen && candle.openTimeMillis() <= toOpen) {
                    candles.add(candle);
                }
            }
            return candles;
        });
    }

    MarketClose close(int index, Symbol... symbols) {
        List<Candle> candles = Stream.of(symbols).map(symbol -> candle(symbol, index, 10)).toList();
        return new MarketClose(identity, candles.getFirst().closeTimeMillis(), candles);
    }

    private static Candle candle(Symbol symbol, int index, double volume) {
        return new Candle(symbol, FIVE, START + index * FIVE.millis(), 1, 1.2, 0.9, 1.1, volume);
    }
}
