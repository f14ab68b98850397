package io.auspex.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
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
    void aCorrectedCandleReplacesTheOldOneAndNoOther() {
        List<MarketClose> closes = closes(10, 3);
        store.storeAndAwait(closes);
        Candle old = closes.get(4).candles().get(1);
        Candle corrected =
                new Candle(
                        old.symbol(),
                        FIVE,
                        old.openTimeMillis(),
                        old.open(),
                        old.high(),
                        old.low(),
                        old.close(),
                        old.volume() + 1);
        MarketClose again =
                new MarketClose(
                        feed,
                        closes.get(4).closeTimeMillis(),
                        List.of(closes.get(4).candles().get(0), corrected));

        assertThat(store.storeAndAwait(List.of(again))).isEqualTo(1);

        List<MarketClose> read = store.closes(feed, FIVE, Long.MIN_VALUE, Long.MAX_VALUE);
        assertThat(read.get(4).candles())
                .containsExactly(
                        closes.get(4).candles().get(0), corrected, closes.get(4).candles().get(2));
        assertThat(read.get(3)).isEqualTo(closes.get(3));
        assertThat(read).hasSize(10);
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
