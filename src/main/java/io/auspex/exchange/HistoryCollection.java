package io.auspex.exchange;

import io.auspex.ingest.CloseAssembly;
import io.auspex.ingest.FeedListener;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
    private final ExchangeRest rest;
    private final ExchangeClock clock;
    private final Persistence persistence;

    HistoryCollection(
            String feed,
            List<Symbol> symbols,
            FeedSettings settings,
            ExchangeRest rest,
            ExchangeClock clock,
            Persistence persistence) {
        this.feed = feed;
        this.symbols = symbols;
        this.settings = settings;
        this.rest = rest;
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
        try (ExecutorService fetchers =
                Executors.newFixedThreadPool(
                        settings.fetches(), Thread.ofVirtual().name("history-", 0).factory())) {
            try {
                while (open + millis <= lastFinalClose() - left) {
                    long end = lastFinalClose() - left;
                    long to =
                            Math.min(
                                    open + (ExchangeProtocol.PAGE_CANDLES - 1) * millis,
                                    end - millis);
                    double whole = end - firstOpen;
                    long from = open;
                    CloseAssembly closes =
                            new CloseAssembly(
                                    feed,
                                    close ->
                                            listener.onHistory(
                                                    close,
                                                    (close.closeTimeMillis() - firstOpen) / whole));
                    page(fetchers, from, to).forEach(closes::add);
                    closes.finish();
                    open = to + millis;
                }
            } finally {
                fetchers.shutdownNow();
            }
        }
        return open;
    }

    private List<Candle> page(ExecutorService fetchers, long fromOpen, long toOpen)
            throws InterruptedException {
        List<Candle> all = new ArrayList<>();
        List<Symbol> left = symbols;
        while (!left.isEmpty()) {
            left = fetch(fetchers, left, fromOpen, toOpen, all);
            if (!left.isEmpty()) {
                // Whoever did not get through is asked for alone, with pauses.
                Symbol first = left.getFirst();
                all.addAll(persistence.until(() -> closed(first, fromOpen, toOpen)));
                left = left.subList(1, left.size());
            }
        }
        all.sort(BY_TIME_AND_SYMBOL);
        return all;
    }

    /** Fetches a page of several symbols; returns those that failed. */
    private List<Symbol> fetch(
            ExecutorService fetchers,
            List<Symbol> wanted,
            long fromOpen,
            long toOpen,
            List<Candle> all)
            throws InterruptedException {
        List<Future<List<Candle>>> answers = new ArrayList<>();
        for (Symbol symbol : wanted) {
            answers.add(fetchers.submit(() -> closed(symbol, fromOpen, toOpen)));
        }
        List<Symbol> failed = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            try {
                all.addAll(answers.get(i).get());
            } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof ExchangeUnavailableException)) {
                    throw new IllegalStateException(failure.getCause());
                }
                failed.add(wanted.get(i));
            }
        }
        return failed;
    }

    private List<Candle> closed(Symbol symbol, long fromOpen, long toOpen)
            throws InterruptedException, ExchangeUnavailableException {
        return ClosedCandles.of(rest, clock, settings, symbol, fromOpen, toOpen);
    }

    /** The last instant of the grid whose candles are final. */
    private long lastFinalClose() {
        return settings.timeframe().openTimeOf(clock.millis() - settings.grace().toMillis());
    }
}
