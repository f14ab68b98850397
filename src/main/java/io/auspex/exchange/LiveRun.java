package io.auspex.exchange;

import io.auspex.ingest.FeedListener;
import io.auspex.ingest.FeedNews;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.vertx.core.http.WebSocketClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.random.RandomGenerator;

/**
 * The live part of a feed, on the feed's thread: takes what the connections bring, and hands over
 * one close after the other, each once.
 *
 * <p>A close leaves at once when every symbol's candle is here. When it is due and something is
 * missing it waits for the grace, then REST is asked for everything up to now; a symbol that REST
 * has no final candle of is left out. While REST does not answer, a close with some candles waits
 * for the patience, and one with none for as long as it takes: so nothing newer is used before what
 * was missed is here.
 */
final class LiveRun {

    /** Candles that may wait for this thread; a lost one is fetched over REST. */
    private static final int MOST_EVENTS = 100_000;

    private static final Duration LONGEST_WAIT = Duration.ofMillis(250);
    private static final Duration WAIT_WHEN_DUE = Duration.ofMillis(50);

    /**
     * Why a run ended.
     *
     * @param symbols to follow from now on
     * @param nextCloseMillis the first close that was not handed over
     */
    record SymbolsChanged(List<Symbol> symbols, long nextCloseMillis) {}

    private final ExchangeProtocol protocol;
    private final FeedSettings settings;
    private final List<Symbol> symbols;
    private final ExchangeRest rest;
    private final ExchangeClock clock;
    private final Ticks ticks;
    private final RandomGenerator random;
    private final FeedListener listener;
    private final BlockingQueue<StreamEvent> events = new LinkedBlockingQueue<>(MOST_EVENTS);
    private final PageFetch fetch;
    private final LinkStatus link;
    private final Due due;
    private int failures;
    private long retryNanos;
    private long nextClockNanos;
    private long nextUniverseNanos;

    LiveRun(
            ExchangeProtocol protocol,
            FeedSettings settings,
            List<Symbol> symbols,
            ExchangeRest rest,
            ExchangeClock clock,
            Ticks ticks,
            RandomGenerator random,
            FeedListener listener) {
        this.protocol = protocol;
        this.settings = settings;
        this.symbols = symbols;
        this.rest = rest;
        this.clock = clock;
        this.ticks = ticks;
        this.random = random;
        this.listener = listener;
        this.fetch = new PageFetch(rest, clock, settings);
        this.link = new LinkStatus(listener);
        this.due = new Due(ticks);
        this.retryNanos = ticks.nanos();
        this.nextClockNanos = retryNanos + settings.clockEvery().toNanos();
        this.nextUniverseNanos = retryNanos + settings.universeEvery().toNanos();
    }

    /** From the given close on, until the symbols change or the thread is interrupted. */
    SymbolsChanged from(long firstClose, SymbolSource source, WebSocketClient sockets)
            throws InterruptedException {
        PendingCloses pending =
                new PendingCloses(protocol.identity(), settings.timeframe(), symbols, firstClose);
        try (fetch;
                SymbolLookup lookup = new SymbolLookup(source, rest);
                StreamConnections connections =
                        StreamConnections.open(
                                protocol, symbols, sockets, settings, ticks, random, this::offer)) {
            link.expect(connections.count());
            while (true) {
                StreamEvent event = ticks.poll(events, untilNext(pending));
                while (event != null) {
                    handle(event, pending);
                    event = events.poll();
                }
                advance(pending);
                compareClocks();
                Optional<List<Symbol>> changed = changedSymbols(lookup);
                if (changed.isPresent()) {
                    return new SymbolsChanged(changed.get(), pending.nextCloseMillis());
                }
            }
        }
    }

    /** Called by the connections. */
    private void offer(StreamEvent event) {
        if (event instanceof StreamEvent.Closed) {
            // Lost when there is no room: then it is missing, and comes over REST.
            boolean _ = events.offer(event);
            return;
        }
        try {
            events.put(event);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(StreamEvent event, PendingCloses pending) {
        switch (event) {
            case StreamEvent.Closed(Candle candle) -> put(candle, pending);
            case StreamEvent.Up(int connection) -> link.up(connection);
            case StreamEvent.Down(int connection, String reason) -> link.down(connection, reason);
            case StreamEvent.NotStreamed(Symbol symbol, String reason) ->
                    listener.onNews(new FeedNews.NotStreamed(symbol, reason));
            case StreamEvent.Unreadable(String reason) ->
                    listener.onNews(new FeedNews.Unreadable(reason));
        }
    }

    private void put(Candle candle, PendingCloses pending) {
        switch (pending.put(candle)) {
            case LATE, DIFFERS -> listener.onNews(new FeedNews.Late(candle));
            case WAITS, KNOWN, UNWANTED -> {
                // Nothing to say.
            }
        }
    }

    /** Hands over every close that can go. */
    private void advance(PendingCloses pending) throws InterruptedException {
        while (true) {
            if (pending.isReady()) {
                handOver(pending);
                continue;
            }
            if (!isDue(pending)) {
                return;
            }
            Duration waited = due.since(pending.nextCloseMillis());
            if (!isOverdue(pending) && waited.compareTo(settings.grace()) < 0) {
                return;
            }
            if (retryNanos - ticks.nanos() > 0 || !fetch(pending)) {
                if (pending.hasNext() && waited.compareTo(settings.patience()) >= 0) {
                    handOver(pending);
                    continue;
                }
                return;
            }
        }
    }

    private void handOver(PendingCloses pending) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        List<Symbol> without = pending.without();
        long close = pending.nextCloseMillis();
        Optional<MarketClose> taken = pending.take();
        if (!without.isEmpty()) {
            listener.onNews(new FeedNews.Missing(close, without));
        }
        taken.ifPresent(listener::onLive);
    }

    /**
     * Asks REST for the candles that the next close waits for, and for all later ones that are
     * final by now.
     *
     * @return whether every question was answered
     */
    private boolean fetch(PendingCloses pending) throws InterruptedException {
        long millis = settings.timeframe().millis();
        long fromOpen = pending.nextCloseMillis() - millis;
        long lastFinalClose = clock.millis() - settings.grace().toMillis();
        long toOpen =
                Math.clamp(
                        settings.timeframe().openTimeOf(lastFinalClose) - millis,
                        fromOpen,
                        fromOpen + (ExchangeProtocol.PAGE_CANDLES - 1) * millis);
        boolean isFinal = pending.nextCloseMillis() <= lastFinalClose;
        PageFetch.Fetched fetched = fetch.fetch(pending.missing(), fromOpen, toOpen);
        fetched.candles()
                .forEach((symbol, candles) -> {
                    candles.forEach(candle -> put(candle, pending));
                    if (isFinal
                            && candles.stream()
                                    .noneMatch(candle -> candle.openTimeMillis() == fromOpen)) {
                        pending.isAbsent(symbol);
                    }
                });
        if (fetched.failure().isPresent()) {
            failures++;
            retryNanos = ticks.nanos() + settings.backoff().after(failures, random).toNanos();
            link.restDown(String.valueOf(fetched.failure().get().getMessage()));
            return false;
        }
        failures = 0;
        link.restUp();
        // Not final by our clock, though the stream speaks of it: a moment later it will be.
        retryNanos = ticks.nanos() + (isFinal ? 0 : settings.grace().toNanos());
        return true;
    }

    /** By the clock, or because the exchange speaks of it or of later ones. */
    private boolean isDue(PendingCloses pending) {
        return pending.nextCloseMillis() <= clock.millis() || pending.hasAny();
    }

    /** Whether the close after the next one is due as well. */
    private boolean isOverdue(PendingCloses pending) {
        long following = pending.nextCloseMillis() + settings.timeframe().millis();
        return following <= clock.millis() - settings.grace().toMillis()
                || pending.lastWaiting().filter(last -> last >= following).isPresent();
    }

    private Duration untilNext(PendingCloses pending) {
        Duration toClose = Duration.ofMillis(pending.nextCloseMillis() - clock.millis());
        if (!toClose.isPositive()) {
            return WAIT_WHEN_DUE;
        }
        return toClose.compareTo(LONGEST_WAIT) < 0 ? toClose : LONGEST_WAIT;
    }

    private void compareClocks() throws InterruptedException {
        if (nextClockNanos - ticks.nanos() > 0) {
            return;
        }
        nextClockNanos = ticks.nanos() + settings.clockEvery().toNanos();
        try {
            listener.onNews(new FeedNews.ClockCompared(clock.measure(rest)));
        } catch (ExchangeUnavailableException later) {
            // The old figure stays; an exchange that is away shows elsewhere.
        }
    }

    private Optional<List<Symbol>> changedSymbols(SymbolLookup lookup) throws InterruptedException {
        if (!lookup.isAsking() && nextUniverseNanos - ticks.nanos() <= 0) {
            nextUniverseNanos = ticks.nanos() + settings.universeEvery().toNanos();
            lookup.ask(clock.millis());
        }
        return lookup.take().filter(now -> !Set.copyOf(now).equals(Set.copyOf(symbols)));
    }
}
