package io.auspex.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against real PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class CandleStoreTest {

    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final long START = 1_700_000_100_000L;

    @Inject Pool pool;
    @Inject CandleStore configured;
    @Inject CandleGaps gaps;

    private CandleStore store;
    private String feed;

    @BeforeEach
    void freshFeed() {
        // Small odd sizes, so that every boundary of batch and page falls inside a close.
        store = new CandleStore(pool, 7, 5);
        feed = "test:" + UUID.randomUUID();
    }

    @Test
    void givesBackBitForBitWhatWasStored() {
        List<MarketClose> closes = closes(40, 3);
        assertThat(store.storeAndAwait(closes)).isEqualTo(120);
        assertThat(store.closes(feed, FIVE, Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(closes);
    }

    @Test
    void storingTheSameAgainChangesNothing() {
        List<MarketClose> closes = closes(10, 3);
        store.storeAndAwait(closes);
        assertThat(store.storeAndAwait(closes)).isZero();
        assertThat(store.extent(feed, FIVE).candles()).isEqualTo(30);
    }

    @Test
    void theFirstVersionOfACandleStaysAndEveryOtherOneIsNotedOnce() {
        List<MarketClose> closes = closes(10, 3);
        store.storeAndAwait(closes);
        Candle first = closes.get(4).candles().get(1);
        MarketClose again =
                new MarketClose(
                        feed,
                        closes.get(4).closeTimeMillis(),
                        List.of(closes.get(4).candles().get(0), corrected(first)));

        assertThat(Await.item(() -> store.write(List.of(again))))
                .isEqualTo(new CandleStore.Written(0, 1, 0));
        assertThat(Await.item(() -> store.write(List.of(again))))
                .isEqualTo(new CandleStore.Written(0, 0, 0));

        assertThat(store.closes(feed, FIVE, Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(closes);
        assertThat(Await.item(() -> gaps.coverage(feed, FIVE)))
                .filteredOn(symbol -> symbol.corrections() == 1)
                .extracting(CandleCoverage::symbol)
                .containsExactly(first.symbol());
    }

    @Test
    void whatWasMissingIsFoundFilledAndCounted() {
        List<MarketClose> closes = closes(20, 2);
        Symbol symbol = closes.getFirst().candles().get(1).symbol();
        List<MarketClose> holed = new ArrayList<>(closes);
        for (int i : List.of(4, 5, 11)) {
            holed.set(
                    i,
                    new MarketClose(
                            feed,
                            closes.get(i).closeTimeMillis(),
                            closes.get(i).candles().subList(0, 1)));
        }
        store.storeAndAwait(holed);
        long first = START;
        long last = START + 19 * FIVE.millis();

        List<CandleGaps.Gap> found = gaps.gaps(feed, FIVE, symbol, first, last);
        assertThat(found)
                .containsExactly(
                        new CandleGaps.Gap(START + 11 * FIVE.millis(), START + 11 * FIVE.millis()),
                        new CandleGaps.Gap(START + 4 * FIVE.millis(), START + 5 * FIVE.millis()));
        found.forEach(gap -> gaps.note(feed, FIVE, symbol, gap));
        assertThat(missingAndRepaired(symbol)).containsExactly(3L, 0L);

        List<Candle> late =
                List.of(closes.get(11).candles().get(1), closes.get(4).candles().get(1));
        assertThat(Await.item(() -> store.write(feed, late)))
                .isEqualTo(new CandleStore.Written(2, 0, 2));
        assertThat(missingAndRepaired(symbol)).containsExactly(1L, 2L);
        assertThat(gaps.gaps(feed, FIVE, symbol, first, last))
                .containsExactly(
                        new CandleGaps.Gap(START + 5 * FIVE.millis(), START + 5 * FIVE.millis()));
    }

    @Test
    void gapsAtBothEndsOfTheRangeAreGaps() {
        List<MarketClose> closes = closes(3, 1);
        store.storeAndAwait(closes);
        Symbol symbol = closes.getFirst().candles().getFirst().symbol();
        assertThat(
                        gaps.gaps(
                                feed,
                                FIVE,
                                symbol,
                                START - 2 * FIVE.millis(),
                                START + 3 * FIVE.millis()))
                .containsExactly(
                        new CandleGaps.Gap(START + 3 * FIVE.millis(), START + 3 * FIVE.millis()),
                        new CandleGaps.Gap(START - 2 * FIVE.millis(), START - FIVE.millis()));
        assertThat(gaps.gaps(feed, FIVE, new Symbol("NONE"), START, START))
                .containsExactly(new CandleGaps.Gap(START, START));
    }

    @Test
    void whatIsTooOldIsForgottenAndNothingElse() {
        List<MarketClose> closes = closes(10, 2);
        store.storeAndAwait(closes);
        assertThat(gaps.forget(feed, FIVE, START + 4 * FIVE.millis())).isEqualTo(8);
        assertThat(store.closes(feed, FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                .isEqualTo(closes.subList(4, 10));
    }

    @Test
    void readsInOrderWhatWasStoredInAnyOrder() {
        List<MarketClose> closes = closes(60, 2);
        List<MarketClose> shuffled = new ArrayList<>(closes);
        Collections.shuffle(shuffled, new Random(3));
        for (MarketClose close : shuffled) {
            store.storeAndAwait(List.of(close));
        }
        assertThat(store.closes(feed, FIVE, Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(closes);
    }

    @Test
    void theRangeLeavesOutItsStartAndHasItsEnd() {
        List<MarketClose> closes = closes(20, 3);
        store.storeAndAwait(closes);
        assertThat(
                        store.closes(
                                feed,
                                FIVE,
                                closes.get(4).closeTimeMillis(),
                                closes.get(11).closeTimeMillis()))
                .isEqualTo(closes.subList(5, 12));
    }

    @Test
    void everySizeOfPageGivesTheSameCloses() {
        List<MarketClose> closes = closes(12, 3);
        store.storeAndAwait(closes);
        for (int page = 1; page <= 40; page++) {
            assertThat(
                            new CandleStore(pool, 7, page)
                                    .closes(feed, FIVE, Long.MIN_VALUE, Long.MAX_VALUE))
                    .as("pages of %d", page)
                    .isEqualTo(closes);
        }
    }

    @Test
    void feedsAndTimeframesAreKeptApart() {
        store.storeAndAwait(closes(3, 2));
        assertThat(store.closes("other", FIVE, Long.MIN_VALUE, Long.MAX_VALUE)).isEmpty();
        assertThat(store.lastClose(feed, Timeframe.ONE_HOUR)).isEmpty();
        assertThat(store.extent("other", FIVE).candles()).isZero();
    }

    @Test
    void knowsItsLastClose() {
        assertThat(store.lastClose(feed, FIVE)).isEmpty();
        List<MarketClose> closes = closes(9, 2);
        store.storeAndAwait(closes);
        assertThat(store.lastClose(feed, FIVE)).hasValue(closes.getLast().closeTimeMillis());
        CandleStore.Extent extent = store.extent(feed, FIVE);
        assertThat(extent.firstCloseTimeMillis()).hasValue(closes.getFirst().closeTimeMillis());
        assertThat(extent.lastCloseTimeMillis()).hasValue(closes.getLast().closeTimeMillis());
    }

    @Test
    void refusesClosesThatAreOutOfOrder() {
        List<MarketClose> closes = closes(2, 1);
        assertThatThrownBy(() -> store.store(closes.reversed()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("increasing time");
    }

    @Test
    void writesAsManyCandlesAStatementAsConfigured() {
        assertThat(configured.batchRows()).isEqualTo(2000);
    }

    private List<Long> missingAndRepaired(Symbol symbol) {
        return Await.item(() -> gaps.coverage(feed, FIVE)).stream()
                .filter(coverage -> coverage.symbol().equals(symbol))
                .flatMap(coverage -> Stream.of(coverage.missing(), coverage.repaired()))
                .toList();
    }

    private static Candle corrected(Candle old) {
        return new Candle(
                old.symbol(),
                FIVE,
                old.openTimeMillis(),
                old.open(),
                old.high(),
                old.low(),
                old.close(),
                old.volume() + 1);
    }

    private List<MarketClose> closes(int count, int symbols) {
        Random random = new Random(11);
        List<MarketClose> closes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long open = START + i * FIVE.millis();
            List<Candle> candles = new ArrayList<>();
            for (int s = 0; s < symbols; s++) {
                double price = random.nextDouble(1e-6, 1e5);
                candles.add(
                        new Candle(
                                // A locale would sort these otherwise than their bytes do.
                                new Symbol(List.of("A-B", "AB", "A_B").get(s)),
                                FIVE,
                                open,
                                price,
                                Math.nextUp(price),
                                Math.nextDown(price),
                                price,
                                random.nextDouble()));
            }
            closes.add(new MarketClose(feed, open + FIVE.millis(), candles));
        }
        return closes;
    }
}
