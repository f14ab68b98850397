package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Fetches final candles of many symbols, a few requests at the same time. One caller at a time. */
final class PageFetch implements AutoCloseable {

    private final ExchangeRest rest;
    private final ExchangeClock clock;
    private final FeedSettings settings;
    private final ExecutorService fetchers;

    /**
     * What came of it.
     *
     * @param candles of the symbols that were answered, oldest first
     * @param failure why others were not; empty when all were
     */
    record Fetched(
            Map<Symbol, List<Candle>> candles, Optional<ExchangeUnavailableException> failure) {}

    PageFetch(ExchangeRest rest, ExchangeClock clock, FeedSettings settings) {
        this.rest = rest;
        this.clock = clock;
        this.settings = settings;
        this.fetchers =
                Executors.newFixedThreadPool(
                        settings.fetches(), Thread.ofVirtual().name("fetch-", 0).factory());
    }

    /** The candles in a range of open times. */
    Fetched fetch(List<Symbol> symbols, long fromOpen, long toOpen) throws InterruptedException {
        Map<Symbol, Future<List<Candle>>> asked = new LinkedHashMap<>();
        for (Symbol symbol : symbols) {
            asked.put(
                    symbol,
                    fetchers.submit(() ->
                            ClosedCandles.of(rest, clock, settings, symbol, fromOpen, toOpen)));
        }
        Map<Symbol, List<Candle>> candles = new LinkedHashMap<>();
        List<ExchangeUnavailableException> failures = new ArrayList<>();
        for (Map.Entry<Symbol, Future<List<Candle>>> question : asked.entrySet()) {
            try {
                candles.put(question.getKey(), question.getValue().get());
            } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof ExchangeUnavailableException unavailable)) {
                    throw new IllegalStateException(failure.getCause());
                }
                failures.add(unavailable);
            }
        }
        return new Fetched(candles, failures.stream().findFirst());
    }

    @Override
    public void close() {
        fetchers.shutdownNow();
    }
}
