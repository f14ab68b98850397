package io.auspex.trades;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.feedback.ClosedTradesSource;
import io.auspex.ingest.CandleStore;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.serving.LiveFeatures;
import io.auspex.signals.Action;
import io.auspex.signals.Decision;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.SignalLedger;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class TradeIntakeTest {

    private static final List<MarketClose> CLOSES = TradeMarket.closes(1_600);
    private static final Map<String, Object> CONTEXT =
            Map.of(
                    "rsi", 41.5,
                    "trend", 0.01,
                    "volatility", 0.004,
                    "volume_ratio", 1.2,
                    "confidence", 0.6,
                    "spread", 0.0002);

    @Inject CandleStore candles;
    @Inject LiveFeatures live;
    @Inject ClosedTradesSource counted;
    @Inject CountedTrades counts;
    @Inject Event<TradesStored> news;
    @Inject ModelRegistry registry;
    @Inject SignalLedger ledger;
    @Inject DataSource jdbc;

    @BeforeEach
    void aMarketRuns() {
        if (candles.extent(TradeMarket.FEED, Timeframe.FIVE_MINUTES).candles() == 0) {
            candles.storeAndAwait(CLOSES);
        }
        // Another test of the same service may have followed its own.
        live.follow(TradeMarket.FEED, Timeframe.FIVE_MINUTES);
    }

    @Test
    void keepsATradeAsItWasReportedAndTakesItAgain() {
        Map<String, Object> trade = trade("kept", 1_000, CONTEXT);
        post(trade).body("status", contains("ACCEPTED")).body("[0].reconstructed", hasSize(0));
        post(trade).body("status", contains("DUPLICATE")).body("id", contains("kept"));
        Map<String, Object> other = new LinkedHashMap<>(trade);
        other.put("pnl", 3.5);
        post(other)
                .body("status", contains("CONFLICT"))
                .body("[0].reason", containsString("another content"));

        given().queryParam("symbol", "ETHBTC")
                .queryParam("limit", 1000)
                .get("/api/trades")
                .then()
                .statusCode(200)
                .body("findAll { it.id == 'kept' }", hasSize(1))
                .body("find { it.id == 'kept' }.pnl", equalTo(2.5f))
                .body("find { it.id == 'kept' }.context.rsi", equalTo(41.5f))
                .body("find { it.id == 'kept' }.context.other.spread", equalTo(0.0002f))
                .body("find { it.id == 'kept' }.direction", equalTo("LONG"))
                .body("find { it.id == 'kept' }.feed", equalTo(TradeMarket.FEED));
    }

    @Test
    void oneBadTradeOfABatchSpoilsNoOther() {
        Map<String, Object> known = trade("batch-known", 900, CONTEXT);
        post(known).body("status", contains("ACCEPTED"));
        Map<String, Object> changed = new LinkedHashMap<>(known);
        changed.put("exit_price", 9.0);
        Map<String, Object> backwards = trade("batch-backwards", 900, CONTEXT);
        backwards.put("exit_time", "2001-01-01T00:00:00Z");
        Map<String, Object> signs = trade("batch-signs", 900, CONTEXT);
        signs.put("pnl", -1);
        Map<String, Object> nameless = trade("x", 900, CONTEXT);
        nameless.remove("id");
        Map<String, Object> range = trade("batch-range", 900, Map.of("rsi", 140));
        Map<String, Object> misspelt = trade("batch-misspelt", 900, CONTEXT);
        misspelt.put("exit_prize", 1);
        Map<String, Object> good = trade("batch-good", 901, CONTEXT);
        post(List.of(
                        changed,
                        backwards,
                        signs,
                        nameless,
                        range,
                        misspelt,
                        "no trade",
                        good,
                        good,
                        known))
                .body(
                        "status",
                        contains(
                                "CONFLICT",
                                "REFUSED",
                                "REFUSED",
                                "REFUSED",
                                "REFUSED",
                                "REFUSED",
                                "REFUSED",
                                "ACCEPTED",
                                "DUPLICATE",
                                "CONFLICT"))
                .body("[1].reason", containsString("is before entry_time"))
                .body("[2].reason", containsString("differ in sign"))
                .body("[3].reason", equalTo("id is missing"))
                .body("[3].id", equalTo(null))
                .body("[4].reason", equalTo("context.rsi must be 0 to 100: 140.0"))
                .body("[5].reason", equalTo("unknown field 'exit_prize'"))
                .body("[6].reason", equalTo("a trade is a JSON object"));
    }

    @Test
    void missingContextHasTheBitsOfTheFeatures() {
        int[] entries = {700, 1_100, 1_111, 1_599};
        for (int i = 0; i < entries.length; i++) {
            Symbol symbol = i % 2 == 0 ? TradeMarket.ETH : TradeMarket.ADA;
            Map<String, Object> trade = trade("found-" + i, entries[i], Map.of());
            trade.put("symbol", symbol.name());
            // In the middle of a candle: the last complete one counts.
            trade.put("entry_time", closeOf(entries[i]) + 123_456);
            post(trade)
                    .body("status", contains("ACCEPTED"))
                    .body(
                            "[0].reconstructed",
                            contains("rsi", "trend", "volatility", "volume_ratio"));
            float[] live = TradeMarket.features(CLOSES, symbol, closeOf(entries[i]));
            ClosedTrade stored = stored("found-" + i);
            assertThat(stored.features()).startsWith(live);
            assertThat(stored.features()[4]).isNaN();
            assertThat(stored.features()[5]).isEqualTo(1);
            assertThat(stored.features()[6])
                    .isEqualTo(stored.entryTime().atZone(ZoneOffset.UTC).getHour());
        }
    }

    @Test
    void whatWasReportedIsNotReplaced() {
        post(trade("partly", 1_200, Map.of("rsi", 12.5, "confidence", 0.7)))
                .body("[0].reconstructed", contains("trend", "volatility", "volume_ratio"));
        float[] live = TradeMarket.features(CLOSES, TradeMarket.ETH, closeOf(1_200));
        float[] stored = stored("partly").features();
        assertThat(stored[0]).isEqualTo(12.5f).isNotEqualTo(live[0]);
        assertThat(stored[1]).isEqualTo(live[1]);
        assertThat(stored[4]).isEqualTo(0.7f);
    }

    @Test
    void contextThatCannotBeFoundIsRefusedWithTheReason() {
        Map<String, Object> early = trade("early", 5, Map.of());
        Map<String, Object> late = trade("late", 1_700, Map.of("rsi", 50));
        Map<String, Object> unknown = trade("unknown", 1_200, Map.of());
        unknown.put("symbol", "NOPEBTC");
        Map<String, Object> gap = trade("gap", 999, Map.of());
        post(List.of(early, late, unknown, gap))
                .body("status", contains("REFUSED", "REFUSED", "REFUSED", "REFUSED"))
                .body("[0].reason", containsString("lacks rsi, trend, volatility, volume_ratio"))
                .body("[0].reason", containsString("warm-up"))
                .body("[1].reason", containsString("lacks trend, volatility, volume_ratio"))
                .body("[1].reason", containsString("no stored candle of ETHBTC"))
                .body("[2].reason", containsString("no candle of NOPEBTC at this close"))
                .body("[3].reason", containsString("no candle of ETHBTC at this close"));
        assertThat(trades()).extracting(ClosedTrade::id).doesNotContain("early", "late");
    }

    @Test
    void theConfidenceComesFromTheSignal() {
        String signal =
                Await.item(() ->
                                ledger.append(
                                        List.of(
                                                new PendingSignal(
                                                        TradeMarket.FEED,
                                                        "m",
                                                        1,
                                                        "hash",
                                                        TradeMarket.ETH,
                                                        Timeframe.FIVE_MINUTES,
                                                        closeOf(1_300),
                                                        0.07,
                                                        new Decision(Action.BUY, "up", 0.375),
                                                        Map.of(Head.P_UP, 0.375),
                                                        false))))
                        .getFirst()
                        .id();
        Map<String, Object> trade = trade("from-signal", 1_300, Map.of());
        trade.put("signal_id", signal);
        Map<String, Object> other = trade("other-symbol", 1_300, CONTEXT);
        other.put("signal_id", signal);
        other.put("symbol", "ADABTC");
        Map<String, Object> none = trade("no-signal", 1_300, CONTEXT);
        none.put("signal_id", "nowhere-1");
        post(List.of(trade, other, none))
                .body("status", contains("ACCEPTED", "REFUSED", "REFUSED"))
                .body("[1].reason", containsString("is of ETHBTC"))
                .body("[2].reason", equalTo("there is no signal 'nowhere-1'"));
        assertThat(stored("from-signal").context().confidence()).isEqualTo(0.375);
        assertThat(stored("from-signal").reconstructed()).contains("confidence");
        given().queryParam("signal_id", signal)
                .get("/api/trades")
                .then()
                .body("id", contains("from-signal"));
    }

    @Test
    void tradesAreCountedAndDeclareTheirModel() {
        Instant before = Instant.now();
        long known = counted.storedSince(Instant.EPOCH);
        post(List.of(trade("counted-1", 1_400, CONTEXT), trade("counted-2", 1_401, CONTEXT)))
                .body("status", contains("ACCEPTED", "ACCEPTED"));
        post(trade("counted-1", 1_400, CONTEXT)).body("status", contains("DUPLICATE"));
        assertThat(counted.storedSince(Instant.EPOCH)).isEqualTo(known + 2);
        assertThat(counted.storedSince(before.minusSeconds(60))).isGreaterThanOrEqualTo(2);
        assertThat(counted.storedSince(Instant.now().plusSeconds(3_600))).isZero();
        counts.restore(new StartupEvent());
        assertThat(counted.storedSince(Instant.EPOCH)).isEqualTo(known + 2);

        var model = Await.item(() -> registry.model(TradeOutcomeModel.NAME)).orElseThrow();
        assertThat(model.spec().kind()).isEqualTo(ModelKind.TRADE_OUTCOME);
        assertThat(model.spec().market().feed()).isEqualTo(TradeMarket.FEED);
    }

    @Test
    void requestsAreBoundedAndBodiesMustBeTrades() {
        given().contentType(ContentType.JSON)
                .body(Collections.nCopies(1_001, Map.of()))
                .post("/api/trades")
                .then()
                .statusCode(400)
                .body("type", containsString("too-many-trades"));
        given().contentType(ContentType.JSON).body("42").post("/api/trades").then().statusCode(400);
        given().queryParam("direction", "UP").get("/api/trades").then().statusCode(400);
        given().queryParam("limit", "0").get("/api/trades").then().statusCode(400);
    }

    @Test
    void theDatabaseRefusesToChangeATrade() throws SQLException {
        post(trade("immutable", 1_000, CONTEXT));
        try (Connection connection = jdbc.getConnection();
                var statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeUpdate("update closed_trade set pnl = 9"))
                    .hasMessageContaining("append-only");
            assertThatThrownBy(() -> statement.executeUpdate("delete from closed_trade"))
                    .hasMessageContaining("append-only");
        }
    }

    /** An outage as the pool tells of it, and what becomes of trades meanwhile and after it. */
    @Test
    void whatNeedsNoDatabaseWaitsForItAndCountsForTheNextRefit() {
        StoreThatGoesAway away = new StoreThatGoesAway(pool);
        TradeIntake intake =
                new TradeIntake(
                        away, contexts, counts, model, InstantSource.system(), news, bufferOf(1));
        JsonNode first = Json.mapper().valueToTree(trade("buffer-1", 1_000, CONTEXT));
        JsonNode second = Json.mapper().valueToTree(trade("buffer-2", 1_000, CONTEXT));
        JsonNode lacking = Json.mapper().valueToTree(trade("buffer-3", 1_000, Map.of()));

        away.away = true;
        assertThat(intake.take(List.of(first)))
                .singleElement()
                .isInstanceOf(TradeResult.Buffered.class);
        assertThat(intake.take(List.of(first, second, lacking)))
                .satisfiesExactly(
                        same -> assertThat(same).isInstanceOf(TradeResult.Duplicate.class),
                        full ->
                                assertThat(full.toString())
                                        .contains("no more trades fit in memory"),
                        needy -> assertThat(needy.toString()).contains("entry context depends on"));
        assertThat(intake.waiting()).extracting(ClosedTrade::id).containsExactly("buffer-1");
        assertThat(trades()).extracting(ClosedTrade::id).doesNotContain("buffer-1");

        away.away = false;
        intake.flush();
        assertThat(intake.waiting()).isEmpty();
        assertThat(stored("buffer-1").pnl()).isEqualTo(2.5);
        assertThat(intake.take(List.of(first, second)))
                .satisfiesExactly(
                        same -> assertThat(same).isInstanceOf(TradeResult.Duplicate.class),
                        taken -> assertThat(taken).isInstanceOf(TradeResult.Accepted.class));
    }

    private static TradesConfig bufferOf(int trades) {
        return new TradesConfig() {
            @Override
            public int maxBatch() {
                return 1_000;
            }

            @Override
            public int buffer() {
                return trades;
            }

            @Override
            public int window() {
                return 200;
            }

            @Override
            public int minTestRows() {
                return 80;
            }

            @Override
            public String boosting() {
                return "gbdt";
            }
        };
    }

    private static final class StoreThatGoesAway extends TradeStore {

        private boolean away;

        StoreThatGoesAway(Pool pool) {
            super(pool);
        }

        @Override
        Uni<Map<String, Instant>> insert(List<TradeRows.Pending> trades) {
            return away ? gone() : super.insert(trades);
        }

        @Override
        Uni<Map<String, String>> digests(List<String> ids) {
            return away ? gone() : super.digests(ids);
        }

        private static <T> Uni<T> gone() {
            return Uni.createFrom().failure(new ConnectException("Connection refused"));
        }
    }

    @Inject Pool pool;
    @Inject EntryContexts contexts;
    @Inject TradeOutcomeModel model;

    private ClosedTrade stored(String id) {
        return trades().stream().filter(trade -> trade.id().equals(id)).findFirst().orElseThrow();
    }

    @Inject TradeStore store;

    private List<ClosedTrade> trades() {
        return Await.item(() ->
                store.trades(
                        new TradeStore.Filter(null, null, null, Instant.EPOCH, Instant.now()),
                        TradeStore.MAX_LIMIT));
    }

    private static long closeOf(int close) {
        return TradeMarket.FIRST_CLOSE + close * TradeMarket.STEP;
    }

    private static Map<String, Object> trade(
            String id, int entryClose, Map<String, Object> context) {
        Map<String, Object> trade = new LinkedHashMap<>();
        trade.put("id", id);
        trade.put("symbol", "ETHBTC");
        trade.put("direction", "LONG");
        trade.put("entry_time", Instant.ofEpochMilli(closeOf(entryClose)).toString());
        trade.put("entry_price", 0.07);
        trade.put("exit_time", Instant.ofEpochMilli(closeOf(entryClose) + 3_600_000).toString());
        trade.put("exit_price", 0.071);
        trade.put("pnl", 2.5);
        trade.put("pnl_percent", 1.4);
        trade.put("context", context);
        return trade;
    }

    private static ValidatableResponse post(Object body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/trades")
                .then()
                .statusCode(200);
    }
}
