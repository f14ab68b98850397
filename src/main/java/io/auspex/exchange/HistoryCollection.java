package io.auspex.exchange;

import io.auspex.ingest.CloseAssembly;
import io.auspex.ingest.FeedListener;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects the past, one page of time after the other: a page of every symbol, a few requests at a
 * time, put together into closes and handed over before the next page is fetched. So a run that was
 * killed goes on where it stopped, and memory holds one page of every symbol.
 */
final class HistoryCollection {

    private static final Comparator<Candle> BY_TIME_AND_SYMBOL =
            Comparator.comparingLong(Candle::openTimeMillis).thenComparing(Candle::symbol);

    private final String feed;
    private final List<Symbol> symbols;
    private final FeedSettings settings;
    private final PageFetch fetch;
    private final ExchangeClock clock;
    private final Persistence persistence;

    HistoryCollection(
            String feed,
            List<Symbol> symbols,
            FeedSettings settings,
            PageFetch fetch,
            ExchangeClock clock,
            Persistence persistence) {
        this.feed = feed;
        this.symbols = symbols;
        this.settings = settings;
        this.fetch = fetch;
        this.clock = clock;
        this.persistence = persistence;
    }

    /**
     * Hands over every close after the given one; but when that is not the beginning, not the
     * newest: it is young enough to be live, and may be the one that was stored and not handled.
     *
     * @return the last close that had passed, milliseconds since the Unix epoch (UTC)
     */
    long collect(long afterCloseMillis, FeedListener listener) throws InterruptedException {
        long millis = settings.timeframe().millis();
        boolean isFirstRun = afterCloseMillis == Long.MIN_VALUE;
        long left = isFirstRun ? 0 : millis;
        long start = lastFinalClose() - Duration.ofDays(settings.days()).toMillis();
        long firstOpen = settings.timeframe().openTimeOf(isFirstRun ? start : afterCloseMillis);
        long open = firstOpen;
        while (open + millis <= lastFinalClose() - left) {
            long end = lastFinalClose() - left;
            long to = Math.min(open + (ExchangeProtocol.PAGE_CANDLES - 1) * millis, end - millis);
            double whole = end - firstOpen;
            CloseAssembly closes =
                    new CloseAssembly(
                            feed,
                            close ->
                                    listener.onHistory(
                                            close, (close.closeTimeMillis() - firstOpen) / whole));
            page(open, to).forEach(closes::add);
            closes.finish();
            open = to + millis;
        }
        return open;
    }

    /** Asks again, with pauses, for the symbols that were not answered. */
    private List<Candle> page(long fromOpen, long toOpen) throws InterruptedException {
        List<Candle> all = new ArrayList<>();
        List<Symbol> left = new ArrayList<>(symbols);
        return persistence.until(() -> {
            PageFetch.Fetched fetched = fetch.fetch(left, fromOpen, toOpen);
            fetched.candles().values().forEach(all::addAll);
            left.removeAll(fetched.candles().keySet());
            if (fetched.failure().isPresent()) {
                throw fetched.failure().get();
            }
            all.sort(BY_TIME_AND_SYMBOL);
            return all;
        });
    }

    /** The last instant of the grid whose candles are final. */
    private long lastFinalClose() {
        return settings.timeframe().openTimeOf(clock.millis() - settings.grace().toMillis());
    }
}
