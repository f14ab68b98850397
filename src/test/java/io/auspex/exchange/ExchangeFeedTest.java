package io.auspex.exchange;

import static io.auspex.exchange.ExchangeHarness.FIVE;
import static io.auspex.exchange.ExchangeHarness.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.exchange.ExchangeProtocol.StreamLimits;
import io.auspex.ingest.CandleSource;
import io.auspex.ingest.FeedNews;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real feed over real sockets; see {@link ExchangeStormTest} for everything at once. */
class ExchangeFeedTest {

    private static final Duration HOURS = Duration.ofHours(5);

    static Stream<StandInDialect> exchanges() {
        return Stream.of(new StandInDialect.Binance(), new StandInDialect.Bybit());
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void aResumedRunHasWhatItMissedAsHistoryAndTheNewestCloseLive(StandInDialect dialect)
            throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 3)) {
            // More than two pages of a request.
            long after = START - 2_500 * FIVE.millis();
            harness.start(after);
            harness.awaitClose(START);
            harness.awaitSubscribed();
            harness.close(START + FIVE.millis());
            harness.awaitClose(START + FIVE.millis());
            assertThat(harness.diary.history)
                    .isEqualTo(harness.truth(after + FIVE.millis(), START - FIVE.millis()));
            assertThat(harness.diary.historyEnd).isEqualTo(START - FIVE.millis());
            assertThat(harness.diary.live).isEqualTo(harness.truth(START, START + FIVE.millis()));
            assertThat(harness.exchange.violations).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void hoursWithoutTheExchangeAreWaitedForAndThenCaughtUpInOrder(StandInDialect dialect)
            throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 3)) {
            harness.start(START - FIVE.millis());
            harness.awaitClose(START);
            harness.awaitSubscribed();
            harness.await(
                    "connected", () -> !harness.diary.news(FeedNews.Connected.class).isEmpty());
            harness.exchange.away(true);
            harness.await("notice", () -> isWaiting(harness));
            long last = START + 40 * FIVE.millis();
            harness.exchange.moveTo(last, ExchangeHarness.AFTER_CLOSE);
            harness.await(
                    "notice of REST",
                    () ->
                            harness.diary.news(FeedNews.Waiting.class).stream()
                                    .anyMatch(waiting -> waiting.reason().startsWith("REST: ")));
            assertThat(harness.diary.last).isEqualTo(START);

            harness.exchange.away(false);
            harness.awaitClose(last);
            harness.awaitSubscribed();
            harness.await("connected again", () -> !isWaiting(harness));
            harness.close(last + FIVE.millis());
            harness.awaitClose(last + FIVE.millis());
            assertThat(harness.diary.live).isEqualTo(harness.truth(START, last + FIVE.millis()));
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void anExchangeThatIsAwayAtTheStartIsWaitedFor(StandInDialect dialect) throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 2)) {
            harness.exchange.away(true);
            harness.start(START - FIVE.millis());
            harness.await("notice", () -> isWaiting(harness));
            harness.exchange.away(false);
            harness.awaitClose(START);
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void aCloseGoesOnWithoutTheCandleThatTheExchangeDoesNotHave(StandInDialect dialect)
            throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 3)) {
            Symbol absent = harness.symbols.get(1);
            long close = START + FIVE.millis();
            harness.exchange.has(
                    candle -> !candle.symbol().equals(absent) || candle.closeTimeMillis() != close);
            ExchangeFeed feed =
                    harness.feed(
                            harness.settings(HOURS, Optional.empty()), (_, _) -> harness.symbols);
            harness.start(feed, START - FIVE.millis());
            harness.awaitClose(START);
            harness.awaitSubscribed();
            harness.close(close);
            harness.awaitClose(close);
            assertThat(harness.diary.live.getLast().candles())
                    .extracting(candle -> candle.symbol())
                    .containsExactly(harness.symbols.get(0), harness.symbols.get(2));
            assertThat(harness.diary.news(FeedNews.Missing.class))
                    .containsExactly(new FeedNews.Missing(close, List.of(absent)));

            // It is sent after all: once the close has gone without it, it is late.
            harness.exchange.has(_ -> true);
            harness.exchange.send(absent, START, Set.of());
            harness.await("late", () -> !harness.diary.news(FeedNews.Late.class).isEmpty());
            assertThat(harness.diary.news(FeedNews.Late.class))
                    .containsExactly(new FeedNews.Late(harness.truth.candle(absent, START)));

            // And whoever repairs gaps gets it over REST.
            CandleSource past = feed.past().orElseThrow();
            assertThat(past.candles(absent, START, START))
                    .containsExactly(harness.truth.candle(absent, START));
            assertThat(past.candles(absent, START, START + 10 * FIVE.millis())).hasSize(1);
        }
    }

    @Test
    void aCloseWithSomeCandlesWaitsNoLongerThanItsPatience() throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(new StandInDialect.Binance(), 3)) {
            harness.start(
                    START - FIVE.millis(),
                    harness.settings(Duration.ofSeconds(20), Optional.empty()));
            harness.awaitClose(START);
            harness.awaitSubscribed();
            for (int i = 0; i < 200; i++) {
                harness.exchange.fail(Fault.BROKEN);
            }
            long close = START + FIVE.millis();
            harness.exchange.moveTo(close, ExchangeHarness.AFTER_CLOSE);
            harness.exchange.send(harness.symbols.getFirst(), START, Set.of());
            harness.awaitClose(close);
            assertThat(harness.diary.live.getLast().candles()).hasSize(1);
            assertThat(harness.diary.news(FeedNews.Missing.class))
                    .containsExactly(new FeedNews.Missing(close, harness.symbols.subList(1, 3)));
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void aBanDoesNotHoldUpWhatTheStreamBrings(StandInDialect dialect) throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 3)) {
            harness.start(
                    START - FIVE.millis(),
                    harness.settings(Duration.ofSeconds(20), Optional.empty()));
            harness.awaitClose(START);
            harness.awaitSubscribed();
            // Longer than this test.
            harness.exchange.bansFor(Duration.ofDays(1));
            harness.exchange.fail(Fault.BANNED);
            long close = START + FIVE.millis();
            harness.exchange.moveTo(close, ExchangeHarness.AFTER_CLOSE);
            harness.exchange.send(harness.symbols.getFirst(), START, Set.of());
            harness.awaitClose(close);
            int requests = harness.exchange.requests.get();
            for (int i = 2; i < 12; i++) {
                harness.close(START + i * FIVE.millis());
                harness.awaitClose(START + i * FIVE.millis());
            }
            assertThat(harness.diary.live.subList(2, 12))
                    .isEqualTo(
                            harness.truth(START + 2 * FIVE.millis(), START + 11 * FIVE.millis()));
            assertThat(harness.diary.live.get(1).candles()).hasSizeLessThan(3);
            // A ban is honoured: not one question while it holds.
            assertThat(harness.exchange.requests.get()).isEqualTo(requests);
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void aConnectionThatOnlyLooksAliveIsReplaced(StandInDialect dialect) throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 2)) {
            harness.start(START - FIVE.millis());
            harness.awaitSubscribed();
            int before = harness.exchange.handshakes.get();
            harness.exchange.fail(Fault.HALF_OPEN);
            harness.await("a new connection", () -> harness.exchange.handshakes.get() > before);
            assertThat(harness.diary.news(FeedNews.Waiting.class))
                    .anyMatch(waiting -> waiting.reason().startsWith("stream: silent"));
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void aQuietButHealthyConnectionStays(StandInDialect dialect) throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 2)) {
            harness.start(START - FIVE.millis());
            harness.awaitSubscribed();
            long begin = System.nanoTime();
            // Twice the silence that would end it, with nothing but heartbeats.
            Duration quiet =
                    harness.protocol
                            .streamLimits()
                            .silence()
                            .multipliedBy(2)
                            .dividedBy(ExchangeHarness.SPEED);
            harness.await("quiet", () -> System.nanoTime() - begin > quiet.toNanos());
            assertThat(harness.exchange.handshakes.get()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void connectionsAreRenewedBeforeTheExchangeEndsThem(StandInDialect dialect) throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 2)) {
            harness.start(
                    START - FIVE.millis(),
                    harness.settings(
                            HOURS,
                            Optional.of(harness.limitsWithLifetime(Duration.ofSeconds(30)))));
            harness.await("renewal", () -> harness.exchange.handshakes.get() >= 4);
            assertThat(harness.diary.news(FeedNews.Waiting.class))
                    .noneMatch(waiting -> waiting.reason().contains("closed by the exchange"));
        }
    }

    @Test
    void symbolsAreSpreadOverAsManyConnectionsAsTheyNeedAndMessagesKeepTheirDistance()
            throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(new StandInDialect.Bybit(), 64)) {
            StreamLimits limits = harness.protocol.streamLimits();
            harness.start(
                    START - FIVE.millis(),
                    harness.settings(
                            HOURS,
                            Optional.of(
                                    new StreamLimits(
                                            50,
                                            Duration.ofSeconds(1),
                                            limits.pingEvery(),
                                            limits.silence(),
                                            limits.lifetime()))));
            harness.awaitSubscribed();
            assertThat(harness.exchange.connections()).isEqualTo(2);
            assertThat(harness.exchange.violations).isEmpty();
            harness.close(START + FIVE.millis());
            harness.awaitClose(START + FIVE.millis());
            assertThat(harness.diary.live.getLast().candles()).hasSize(64);
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void aSymbolThatIsNotStreamedTakesNoOtherOffTheStream(StandInDialect dialect) throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 23)) {
            Symbol delisted = harness.symbols.get(4);
            harness.exchange.doesNotStream(Set.of(delisted));
            harness.start(START - FIVE.millis());
            harness.awaitClose(START);
            Set<Symbol> others = new TreeSet<>(harness.symbols);
            others.remove(delisted);
            harness.await("subscriptions", () -> harness.exchange.subscribed().equals(others));
            harness.await(
                    "connected", () -> !harness.diary.news(FeedNews.Connected.class).isEmpty());
            int requests = harness.exchange.requests.get();
            harness.close(START + FIVE.millis());
            harness.awaitClose(START + FIVE.millis());
            // All are there, and REST was asked for one of them.
            assertThat(harness.diary.live).isEqualTo(harness.truth(START, START + FIVE.millis()));
            assertThat(harness.exchange.requests.get()).isEqualTo(requests + 1);

            // Said once, however often the connection comes back.
            harness.exchange.fail(Fault.CUT);
            harness.await("a new connection", () -> harness.exchange.handshakes.get() == 2);
            harness.await("subscriptions", () -> harness.exchange.subscribed().equals(others));
            assertThat(harness.diary.news(FeedNews.NotStreamed.class))
                    .singleElement()
                    .satisfies(said -> {
                        assertThat(said.symbol()).isEqualTo(delisted);
                        assertThat(said.reason()).isNotBlank();
                    });
            assertThat(harness.exchange.violations).isEmpty();
        }
    }

    @Test
    void whereEverythingIsRefusedTheConnectionIsNotUp() throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(new StandInDialect.Bybit(), 3)) {
            harness.exchange.doesNotStream(Set.copyOf(harness.symbols));
            harness.start(START - FIVE.millis());
            harness.await("another try", () -> harness.exchange.handshakes.get() > 1);
            assertThat(harness.diary.news(FeedNews.Connected.class)).isEmpty();
            assertThat(harness.diary.news(FeedNews.Waiting.class))
                    .anyMatch(waiting -> waiting.reason().startsWith("stream: refused: "));
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void clocksThatDifferAreMeasuredAndAllowedFor(StandInDialect dialect) throws Exception {
        for (Duration ahead : List.of(Duration.ofSeconds(-400), Duration.ofSeconds(400))) {
            try (ExchangeHarness harness = new ExchangeHarness(dialect, 2)) {
                harness.skew(ahead);
                harness.start(START - FIVE.millis());
                harness.awaitClose(START);
                harness.awaitSubscribed();
                // Nothing is sent: only the clock says that this close is due.
                harness.exchange.moveTo(START + FIVE.millis(), ExchangeHarness.AFTER_CLOSE);
                harness.awaitClose(START + FIVE.millis());
                assertThat(harness.diary.live)
                        .isEqualTo(harness.truth(START, START + FIVE.millis()));
                assertThat(harness.diary.news(FeedNews.ClockCompared.class).getFirst().ahead())
                        .isEqualTo(ahead.negated());
            }
        }
    }

    @Test
    void closesDoNotWaitForARanking() throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(new StandInDialect.Binance(), 3)) {
            List<Symbol> then = harness.symbols.subList(1, 3);
            AtomicInteger asked = new AtomicInteger();
            CountDownLatch ranked = new CountDownLatch(1);
            SymbolSource slow =
                    (_, _) -> {
                        if (asked.incrementAndGet() == 1) {
                            return harness.symbols;
                        }
                        ranked.await();
                        return then;
                    };
            harness.start(
                    harness.feed(restless(harness, Duration.ofSeconds(60)), slow),
                    START - FIVE.millis());
            harness.awaitSubscribed();
            harness.await("the ranking", () -> asked.get() == 2);
            harness.close(START + FIVE.millis());
            harness.awaitClose(START + FIVE.millis());
            assertThat(harness.diary.live).isEqualTo(harness.truth(START, START + FIVE.millis()));
            assertThat(asked).as("one ranking at a time").hasValue(2);

            ranked.countDown();
            harness.await(
                    "the change",
                    () ->
                            harness.diary
                                    .news(FeedNews.Follows.class)
                                    .getLast()
                                    .symbols()
                                    .equals(then));
        }
    }

    @Test
    void otherSymbolsAreFollowedFromTheNextCloseOn() throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(new StandInDialect.Bybit(), 4)) {
            List<Symbol> first = harness.symbols.subList(0, 3);
            List<Symbol> then = harness.symbols.subList(1, 4);
            AtomicInteger asked = new AtomicInteger();
            harness.start(
                    harness.feed(
                            restless(harness, Duration.ofSeconds(60)),
                            (_, _) -> asked.incrementAndGet() == 1 ? first : then),
                    START - FIVE.millis());
            harness.awaitClose(START);
            harness.await(
                    "the change", () -> harness.diary.news(FeedNews.Follows.class).size() == 2);
            harness.await(
                    "subscriptions", () -> harness.exchange.subscribed().equals(Set.copyOf(then)));
            harness.close(START + FIVE.millis());
            harness.awaitClose(START + FIVE.millis());
            assertThat(symbolsOf(harness.diary.live.getFirst())).isEqualTo(first);
            assertThat(symbolsOf(harness.diary.live.getLast())).isEqualTo(then);
        }
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void theUniverseIsWhatIsTradedMostAndOldEnough(StandInDialect dialect) throws Exception {
        try (ExchangeHarness harness = new ExchangeHarness(dialect, 5)) {
            List<Symbol> all = harness.symbols;
            harness.exchange.volumes(
                    List.of(
                            new SymbolVolume(all.get(0), 1e6),
                            new SymbolVolume(all.get(1), 9e6),
                            new SymbolVolume(all.get(2), 5e6),
                            new SymbolVolume(all.get(3), 7e6),
                            new SymbolVolume(new Symbol("COIN04EUR"), 8e9)));
            // Listed yesterday.
            harness.exchange.has(candle ->
                    !candle.symbol().equals(all.get(3))
                            || candle.openTimeMillis() > START - Duration.ofDays(1).toMillis());
            Universe[] saved = {Universe.EMPTY};
            MostTraded source =
                    new MostTraded(
                            new UniverseRule(2, 1, 1, 1),
                            "USDT",
                            30,
                            () -> saved[0],
                            Optional::empty,
                            (universe, _) -> saved[0] = universe);
            harness.start(
                    harness.feed(harness.settings(HOURS, Optional.empty()), source),
                    START - FIVE.millis());
            harness.awaitClose(START);
            assertThat(symbolsOf(harness.diary.live.getFirst()))
                    .containsExactly(all.get(1), all.get(2));
            assertThat(saved[0].members()).containsExactly(all.get(1), all.get(2));
        }
    }

    /** Looks at the symbols that often. */
    private static FeedSettings restless(ExchangeHarness harness, Duration universeEvery) {
        FeedSettings usual = harness.settings(HOURS, Optional.empty());
        return new FeedSettings(
                usual.timeframe(),
                usual.days(),
                usual.grace(),
                usual.patience(),
                usual.requestTimeout(),
                usual.backoff(),
                usual.clockEvery(),
                universeEvery,
                usual.fetches(),
                Optional.empty());
    }

    private static List<Symbol> symbolsOf(MarketClose close) {
        return close.candles().stream().map(candle -> candle.symbol()).toList();
    }

    /** Whether the last word about the link is that it is waited for. */
    private static boolean isWaiting(ExchangeHarness harness) {
        boolean waiting = false;
        for (FeedNews news : harness.diary.news) {
            waiting =
                    news instanceof FeedNews.Waiting
                            || (waiting && !(news instanceof FeedNews.Connected));
        }
        return waiting;
    }
}
