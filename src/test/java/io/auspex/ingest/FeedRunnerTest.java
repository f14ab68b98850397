package io.auspex.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.market.CloseListener;
import io.auspex.market.CloseTimes;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files, real PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class FeedRunnerTest {

    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final long START = 1_700_000_100_000L;
    private static final int CANDLES = 100;
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    @Inject CandleStore store;
    @Inject CandleGaps gaps;
    @Inject Pool pool;
    @Inject IngestStatus status;
    @Inject LiveHold hold;
    @Inject FeedRunner runner;

    @TempDir Path parent;
    private final List<MarketClose> live = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> historyLoaded = Collections.synchronizedList(new ArrayList<>());
    private Feed feed = new EmptyFeed();

    @BeforeEach
    void writeFiles() throws IOException {
        // The folder's name is the feed's: another one for every test keeps their rows apart.
        Path folder = Files.createDirectory(parent.resolve("replay-" + System.nanoTime()));
        for (String symbol : List.of("AAA", "BBB", "CCC")) {
            List<String> rows = new ArrayList<>(List.of("open_time_ms,open,high,low,close,volume"));
            for (int i = 0; i < CANDLES; i++) {
                rows.add((START + i * FIVE.millis()) + ",1.0,1.2,0.9,1.1," + i);
            }
            if (symbol.equals("BBB")) {
                rows.set(11, (START + 10 * FIVE.millis()) + ",1.0,1.2,0.9,NaN,10");
                rows.set(91, (START + 90 * FIVE.millis()) + ",1.0,0.8,0.9,1.1,90");
            }
            Files.write(folder.resolve(symbol + "-5m.csv"), rows);
        }
        feed = new ReplayFeed(folder, 0.6, Pacer.at(new Speed.Max()));
    }

    @Test
    void historyIsStoredThenEveryLiveCloseIsHandedOverInOrderAfterItWasStored() throws Exception {
        List<Long> storedBefore = new ArrayList<>();
        run(close -> {
            storedBefore.add(store.lastClose(close.feed(), FIVE).orElseThrow());
            live.add(close);
        });

        assertThat(historyLoaded).containsExactly(START + 60 * FIVE.millis());
        assertThat(live).hasSize(40);
        assertThat(times()).isSorted().isEqualTo(storedBefore);
        assertThat(times().getFirst()).isEqualTo(START + 61 * FIVE.millis());
        assertThat(times().getLast()).isEqualTo(START + CANDLES * FIVE.millis());

        IngestSnapshot end = status.snapshot();
        assertThat(end.state()).isEqualTo(State.ENDED);
        assertThat(end.feed()).contains(feed.identity());
        assertThat(end.symbols())
                .containsExactly(new Symbol("AAA"), new Symbol("BBB"), new Symbol("CCC"));
        assertThat(end.candlesStored()).isEqualTo(3 * CANDLES - 2);
        assertThat(end.firstClose()).contains(Instant.ofEpochMilli(START + FIVE.millis()));
        assertThat(end.lastClose()).contains(Instant.ofEpochMilli(START + CANDLES * FIVE.millis()));
        assertThat(end.lag())
                .hasValueSatisfying(lag -> assertThat(lag).isGreaterThanOrEqualTo(Duration.ZERO));
    }

    @Test
    void refusedRowsAreCountedWithFileLineAndReasonAndNothingElseIsLost() throws Exception {
        run(live::add);

        IngestSnapshot end = status.snapshot();
        assertThat(end.refusedCount()).isEqualTo(2);
        assertThat(end.refused())
                .extracting(RefusedRow::file, RefusedRow::line)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("BBB-5m.csv", 12L),
                        org.assertj.core.groups.Tuple.tuple("BBB-5m.csv", 92L));
        assertThat(end.refused()).allSatisfy(row -> assertThat(row.reason()).isNotBlank());
        assertThat(store.closes(feed.identity(), FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                .hasSize(CANDLES)
                .allSatisfy(close -> assertThat(close.candles()).hasSizeBetween(2, 3));
    }

    @Test
    void aRunThatWasCutOffGoesOnStrictlyAfterTheLastStoredClose() throws Exception {
        assertThatThrownBy(() ->
                        run(close -> {
                            live.add(close);
                            if (live.size() == 7) {
                                throw new IllegalStateException("cut off");
                            }
                        }))
                .hasMessage("cut off");
        run(live::add);

        assertThat(live).hasSize(40);
        assertThat(times()).isSorted().doesNotHaveDuplicates();
        assertThat(historyLoaded)
                .containsExactly(START + 60 * FIVE.millis(), START + 67 * FIVE.millis());
    }

    @Test
    void aCloseThatWasStoredButNotHandledComesAgain() throws Exception {
        run(live::add);
        live.clear();
        historyLoaded.clear();
        run(
                new CloseListener() {
                    @Override
                    public void onClose(MarketClose close) {
                        live.add(close);
                    }

                    @Override
                    public boolean hasHandled(String of, long closeTimeMillis) {
                        assertThat(of).isEqualTo(feed.identity());
                        assertThat(closeTimeMillis).isEqualTo(START + CANDLES * FIVE.millis());
                        return false;
                    }
                });
        assertThat(times()).containsExactly(START + CANDLES * FIVE.millis());
        assertThat(historyLoaded).containsExactly(START + (CANDLES - 1) * FIVE.millis());
    }

    @Test
    void liveClosesWaitWhileTheyAreHeld() throws Exception {
        hold.hold();
        hold.hold();
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                run(live::add);
                            } catch (InterruptedException impossible) {
                                throw new IllegalStateException(impossible);
                            }
                        });
        await(() -> status.snapshot().state() == State.HELD);
        assertThat(live).isEmpty();
        assertThat(historyLoaded).hasSize(1);
        assertThat(store.lastClose(feed.identity(), FIVE)).hasValue(START + 60 * FIVE.millis());

        hold.release();
        assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        assertThat(live).hasSize(40);
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    void aFeedThatFailsIsShownAndTheNextStartWorks() {
        runner.start(new FailingFeed());
        await(() -> status.snapshot().state() == State.FAILED);
        assertThat(status.snapshot().failure()).contains("the venue is gone");

        runner.start(feed);
        await(() -> status.snapshot().state() == State.ENDED);
        assertThat(status.snapshot().failure()).isEmpty();
        assertThat(status.snapshot().liveCloses()).isGreaterThanOrEqualTo(40);
    }

    @Test
    void aStoreThatFailsForAWhileIsWaitedForAndNothingIsLost() throws Exception {
        FlakyStore flaky = new FlakyStore(pool, 50);
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        flaky.onFailure(() -> status.snapshot().waiting().forEach(each -> said.add(each.what())));
        flaky.failNext(2);
        run(
                flaky,
                close -> {
                    live.add(close);
                    if (live.size() % 15 == 1) {
                        flaky.failNext(3);
                    }
                });

        assertThat(flaky.failures()).isBetween(2 + 3, 2 + 3 * 3);
        assertThat(said).contains("candle store");
        assertThat(times()).hasSize(40).isSorted().doesNotHaveDuplicates();
        assertThat(store.closes(feed.identity(), FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                .hasSize(CANDLES);
        IngestSnapshot end = status.snapshot();
        assertThat(end.state()).isEqualTo(State.ENDED);
        assertThat(end.waiting()).isEmpty();
        assertThat(end.candlesStored()).isEqualTo(3 * CANDLES - 2);
    }

    @Test
    void liveClosesAreHandedOnWhileTheStoreIsAwayAndStoredInOrderWhenItIsBack() throws Exception {
        FlakyStore flaky = new FlakyStore(pool, 50);
        List<Long> lastKnown = new ArrayList<>();
        List<Integer> waiting = new ArrayList<>();
        run(
                flaky,
                close -> {
                    live.add(close);
                    lastKnown.add(flaky.lastClose(close.feed(), FIVE).orElseThrow());
                    waiting.add(flaky.waiting().candles());
                    if (live.size() == 5) {
                        flaky.failNext(Integer.MAX_VALUE);
                    }
                    if (live.size() == 30) {
                        assertThat(store.lastClose(close.feed(), FIVE))
                                .hasValue(live.get(4).closeTimeMillis());
                        assertThat(
                                        flaky.closes(
                                                close.feed(),
                                                FIVE,
                                                live.getFirst().closeTimeMillis() - 1,
                                                Long.MAX_VALUE))
                                .as("who reads does not see the difference")
                                .isEqualTo(List.copyOf(live));
                        flaky.failNext(0);
                    }
                });
        assertThat(times()).hasSize(40).isSorted().isEqualTo(lastKnown);
        assertThat(waiting.get(4)).isZero();
        assertThat(waiting.get(29)).isBetween(70, 75);
        assertThat(store.closes(feed.identity(), FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                .hasSize(CANDLES);
        assertThat(flaky.waiting().isEmpty()).isTrue();
        assertThat(status.snapshot().candlesStored()).isEqualTo(3 * CANDLES - 2);
    }

    @Test
    void aCloseIsHeardOfWhileItIsBeingStoredAndHandedOverWhenItIs() throws Exception {
        FlakyStore held = new FlakyStore(pool, 50);
        List<String> heard = new ArrayList<>();
        AtomicLong aheadUntil = new AtomicLong();
        run(
                held,
                new CloseListener() {
                    @Override
                    public void onHistoryComplete(
                            String of, Timeframe timeframe, boolean byTheClock, long last) {
                        var _ = held.release(new CompletableFuture<>());
                    }

                    @Override
                    public void onArrival(MarketClose close) {
                        assertThat(held.lastClose(close.feed(), FIVE).orElseThrow())
                                .isLessThan(close.closeTimeMillis());
                        heard.add("arrived " + close.closeTimeMillis());
                        held.release(new CompletableFuture<>()).join();
                        // Behind the answer, on the same event loop.
                        boolean _ = Await.item(() -> Uni.createFrom().item(true));
                        aheadUntil.set(System.nanoTime());
                        if (heard.size() == 1) {
                            throw new IllegalStateException("nothing can be done of it yet");
                        }
                    }

                    @Override
                    public void onClose(MarketClose close) {
                        throw new AssertionError("the feed says how it came");
                    }

                    @Override
                    public void onClose(MarketClose close, CloseTimes times) {
                        assertThat(store.lastClose(close.feed(), FIVE))
                                .hasValue(close.closeTimeMillis());
                        assertThat(times.storedNanos())
                                .as("what is done meanwhile does not count as storing")
                                .isBetween(times.arrivedNanos(), aheadUntil.get());
                        heard.add("stored " + close.closeTimeMillis());
                        live.add(close);
                    }
                });
        assertThat(held.failures()).isZero();
        assertThat(live).hasSize(40);
        assertThat(heard)
                .isEqualTo(
                        times().stream()
                                .flatMap(time -> Stream.of("arrived " + time, "stored " + time))
                                .toList());
    }

    @Test
    void whenAsMuchWaitsAsMayTheFeedWaits() throws Exception {
        FlakyStore flaky = new FlakyStore(pool, 50, 9);
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                run(
                                        flaky,
                                        close -> {
                                            live.add(close);
                                            if (live.size() == 1) {
                                                flaky.failNext(Integer.MAX_VALUE);
                                            }
                                        });
                            } catch (InterruptedException impossible) {
                                throw new IllegalStateException(impossible);
                            }
                        });
        await(() -> flaky.waiting().candles() == 9 && thread.getState() == Thread.State.WAITING);
        assertThat(live).as("one stored, three waiting").hasSize(4);
        flaky.failNext(0);
        assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        assertThat(live).hasSize(40);
        assertThat(store.closes(feed.identity(), FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                .hasSize(CANDLES);
    }

    @Test
    void aFeedThatWaitsForAStoreCanBeStopped() throws Exception {
        FlakyStore flaky = new FlakyStore(pool, 50);
        flaky.failNext(Integer.MAX_VALUE);
        FeedRun run = new FeedRun(feed, flaky, status, hold, live::add, historyLoaded::add);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                run.run();
                            } catch (InterruptedException stopped) {
                                end.set(stopped);
                            }
                        });
        await(() -> !status.snapshot().waiting().isEmpty());
        assertThat(status.snapshot().waiting().getFirst().reason()).contains("is away");
        run.stop(thread, Duration.ofSeconds(5));
        assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void whatAFeedThatDependsOnOthersSaysIsInTheStatusAndItsLateCandlesAreKept() throws Exception {
        NewsFeed news = new NewsFeed("news:" + System.nanoTime());
        feed = news;
        run(live::add);

        IngestSnapshot end = status.snapshot();
        assertThat(end.symbols()).containsExactly(NewsFeed.AAA, NewsFeed.BBB);
        assertThat(end.waiting())
                .extracting(IngestSnapshot.Waiting::what, IngestSnapshot.Waiting::reason)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("feed", "the line is still dead"));
        assertThat(end.clockAhead()).contains(Duration.ofMillis(-250));
        assertThat(end.missing()).isEqualTo(1);
        assertThat(end.unreadable()).isEqualTo(1);
        assertThat(end.corrections()).isEqualTo(1);
        assertThat(end.state()).isNotEqualTo(State.FAILED);
        assertThat(store.closes(feed.identity(), FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                .isEqualTo(
                        List.of(
                                news.close(0, NewsFeed.AAA, NewsFeed.BBB),
                                // The first version of AAA, and BBB that came late.
                                news.close(1, NewsFeed.AAA, NewsFeed.BBB),
                                news.close(3, NewsFeed.AAA, NewsFeed.BBB)));
    }

    @Test
    void upkeepFillsGapsAndTellsWhoeverComputesFromTheStore() throws Exception {
        NewsFeed news = new NewsFeed("news:" + System.nanoTime());
        feed = news;
        run(live::add);
        List<Long> repaired = new ArrayList<>();
        Upkeep upkeep =
                new Upkeep(
                        feed,
                        store,
                        gaps,
                        status,
                        () -> Instant.ofEpochMilli(START + 4 * FIVE.millis()),
                        Optional.empty(),
                        repaired::add);
        assertThat(upkeep.pass()).isEqualTo(2);
        assertThat(upkeep.pass()).isZero();
        assertThat(repaired).containsExactly(START + 3 * FIVE.millis());
        assertThat(store.closes(feed.identity(), FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                .contains(news.close(2, NewsFeed.AAA, NewsFeed.BBB))
                .hasSize(4);
        assertThat(Await.item(() -> gaps.coverage(feed.identity(), FIVE)))
                .extracting(
                        CandleCoverage::symbol,
                        CandleCoverage::missing,
                        CandleCoverage::repaired,
                        CandleCoverage::corrections)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(NewsFeed.AAA, 0L, 1L, 1L),
                        org.assertj.core.groups.Tuple.tuple(NewsFeed.BBB, 0L, 2L, 0L));
        given().get("/api/market/coverage")
                .then()
                .statusCode(200)
                .body("feed", equalTo(feed.identity()))
                .body("timeframe", equalTo("5m"))
                .body("symbols.symbol", equalTo(List.of("AAA", "BBB")))
                .body("symbols.repaired", equalTo(List.of(1, 2)))
                .body("symbols[0].first", equalTo("2023-11-14T22:20:00Z"))
                .body("symbols[0].last", equalTo("2023-11-14T22:35:00Z"))
                .body("symbols[0].missing", equalTo(0))
                .body("symbols[0].candles", equalTo(4))
                .body("symbols[0].corrections", equalTo(1));

        Upkeep forgetful =
                new Upkeep(
                        feed,
                        store,
                        gaps,
                        status,
                        () -> Instant.ofEpochMilli(START + 4 * FIVE.millis()),
                        Optional.of(FIVE_MINUTES.multipliedBy(2)),
                        repaired::add);
        assertThat(forgetful.pass()).isZero();
        assertThat(store.closes(feed.identity(), FIVE, Long.MIN_VALUE, Long.MAX_VALUE)).hasSize(2);
    }

    @Test
    void stoppingEndsAnEndlessFeedBetweenTwoCloses() {
        runner.start(
                new SimulatedFeed(
                        new SimulatedMarket(4_711, 1.0, 2, 3, Timeframe.FIVE_MINUTES, 0),
                        Pacer.at(new Speed.Multiple(1))));
        await(() -> status.snapshot().state() == State.LIVE);
        runner.stop();
        assertThat(status.snapshot().state()).isEqualTo(State.OFF);
        assertThat(status.snapshot().candlesStored()).isEqualTo(2 * 3 * 288);
    }

    @Test
    void theLastHundredRefusalsAreKept() {
        for (int i = 1; i <= 250; i++) {
            status.refused(new RefusedRow("file", i, "bad"));
        }
        assertThat(status.snapshot().refused()).hasSize(100);
        assertThat(status.snapshot().refused().getFirst().line()).isEqualTo(151);
        assertThat(status.snapshot().refused().getLast().line()).isEqualTo(250);
    }

    @Test
    void aShareOfHistoryIsAPercentage() {
        assertThat(ConfiguredFeed.share("60%")).isEqualTo(0.6);
        assertThat(ConfiguredFeed.share(" 100 ")).isEqualTo(1);
        Stream.of("101%", "-1", "half", "NaN")
                .forEach(wrong ->
                        assertThatThrownBy(() -> ConfiguredFeed.share(wrong))
                                .isInstanceOf(IllegalArgumentException.class)
                                .hasMessageContaining(wrong));
    }

    private void run(CloseListener listener) throws InterruptedException {
        run(store, listener);
    }

    private void run(CandleStore into, CloseListener listener) throws InterruptedException {
        new FeedRun(feed, into, status, hold, listener, historyLoaded::add).run();
    }

    private List<Long> times() {
        return live.stream().map(MarketClose::closeTimeMillis).toList();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            // Not a spin: it would take a processor from what it waits for.
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static class EmptyFeed implements Feed {
        @Override
        public String identity() {
            return "empty";
        }

        @Override
        public Timeframe timeframe() {
            return FIVE;
        }

        @Override
        public List<Symbol> symbols() {
            return List.of();
        }

        @Override
        public void run(long afterCloseTimeMillis, FeedListener listener) {
            listener.onEnd();
        }
    }

    private static final class FailingFeed extends EmptyFeed {
        @Override
        public void run(long afterCloseTimeMillis, FeedListener listener) {
            throw new IllegalStateException("the venue is gone");
        }
    }
}
