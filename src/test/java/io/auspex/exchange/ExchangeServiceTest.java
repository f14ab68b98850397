package io.auspex.exchange;

import static io.auspex.exchange.ExchangeHarness.FIVE;
import static io.auspex.exchange.ExchangeHarness.START;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.ingest.CandleStore;
import io.auspex.ingest.FeedRunner;
import io.auspex.ingest.IngestSnapshot;
import io.auspex.ingest.IngestStatus;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The whole service on a stand-in exchange, with PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(RunningExchange.class)
class ExchangeServiceTest {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    /** By volume: the second one is the least. */
    private static final List<Symbol> MEMBERS =
            List.of(
                    RunningExchange.SYMBOLS.get(0),
                    RunningExchange.SYMBOLS.get(2),
                    RunningExchange.SYMBOLS.get(3));

    private final CandleGenerator truth = new CandleGenerator(42, FIVE);

    @Inject CandleStore store;
    @Inject IngestStatus status;
    @Inject FeedRunner runner;
    @Inject UniverseStore universes;

    StandInExchange exchange;

    @Test
    void collectsGoesLiveSurvivesAnOutageAndARestartAndRepairsAGap() {
        // The first run.
        await(() -> status.snapshot().state() == IngestSnapshot.State.LIVE);
        await(() -> exchange.subscribed().equals(Set.copyOf(MEMBERS)));
        assertThat(stored()).isEqualTo(truth(firstClose(), START));
        assertThat(universes.universe("binance").members()).isEqualTo(MEMBERS);
        given().get("/api/status")
                .then()
                .statusCode(200)
                .body("feed.feed", equalTo("binance"))
                .body("feed.clock_ahead", equalTo("PT0S"));

        // Live; another version of a candle comes late.
        close(START + FIVE.millis());
        awaitStored(START + FIVE.millis());
        exchange.correct(MEMBERS.getFirst(), START);
        await(() -> status.snapshot().corrections() == 1);

        // The exchange is away for an hour.
        exchange.away(true);
        await(() -> !status.snapshot().waiting().isEmpty());
        RunningExchange.moveTo(exchange, START + 13 * FIVE.millis());
        given().get("/api/status")
                .then()
                .body("feed.state", equalTo("LIVE"))
                .body("feed.waiting.what", hasItem("feed"));
        exchange.away(false);
        awaitStored(START + 13 * FIVE.millis());
        await(() -> status.snapshot().waiting().isEmpty());

        // A close goes on without a candle that the exchange does not have.
        long holed = START + 14 * FIVE.millis();
        exchange.has(candle ->
                candle.closeTimeMillis() != holed || !candle.symbol().equals(MEMBERS.getLast()));
        close(holed);
        awaitStored(holed);
        await(() -> status.snapshot().missing() == 1);
        exchange.has(_ -> true);

        // The service is away for an hour; at its start everything is there.
        runner.stop();
        long last = START + 26 * FIVE.millis();
        RunningExchange.moveTo(exchange, last);
        runner.start();
        awaitStored(last);
        await(() -> stored().equals(truth(firstClose(), last)));
        given().get("/api/market/coverage")
                .then()
                .statusCode(200)
                .body("symbols.missing", equalTo(List.of(0, 0, 0)))
                .body("symbols.repaired", equalTo(List.of(0, 0, 1)))
                .body("symbols.corrections", equalTo(List.of(1, 0, 0)))
                .body("symbols[0].last", equalTo(Instant.ofEpochMilli(last).toString()));

        // Another hole, and somebody who does not want to wait for the next repair.
        long another = last + FIVE.millis();
        exchange.has(candle ->
                candle.closeTimeMillis() != another || !candle.symbol().equals(MEMBERS.getLast()));
        close(another);
        close(another + FIVE.millis());
        awaitStored(another + FIVE.millis());
        await(() -> status.snapshot().missing() == 1);
        exchange.has(_ -> true);
        noRefitIsOpen();
        given().contentType("application/json")
                .post("/api/trainer/force-update")
                .then()
                .statusCode(202)
                .body("refreshed", equalTo(true))
                .body("candles", equalTo(1))
                .body("message", equalTo("binance: 1 missing candles were fetched"))
                .body("refits.model", equalTo(List.of("binance-5m")))
                .body("refits[0].problem", nullValue())
                .body("refits[0].refit", notNullValue());
        assertThat(stored()).isEqualTo(truth(firstClose(), another + FIVE.millis()));
        given().get("/api/trainer/status")
                .then()
                .statusCode(200)
                .body("data.message", containsString("1 missing candles were fetched"));
        noRefitIsOpen();
        runner.stop();
    }

    /** Whatever was asked for meanwhile is over. */
    private void noRefitIsOpen() {
        List<Map<String, Object>> refits = given().get("/api/refits").jsonPath().getList("");
        refits.stream()
                .filter(refit -> refit.get("finished_at") == null)
                .forEach(refit -> given().post("/api/refits/" + refit.get("id") + "/cancel"));
    }

    private void close(long closeMillis) {
        RunningExchange.moveTo(exchange, closeMillis);
        MEMBERS.forEach(symbol -> exchange.send(symbol, closeMillis - FIVE.millis(), Set.of()));
    }

    private static long firstClose() {
        return START - Duration.ofDays(3).toMillis() + FIVE.millis();
    }

    private List<MarketClose> stored() {
        return store.closes("binance", FIVE, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private List<MarketClose> truth(long firstClose, long lastClose) {
        List<MarketClose> closes = new ArrayList<>();
        for (long close = firstClose; close <= lastClose; close += FIVE.millis()) {
            long open = close - FIVE.millis();
            List<Candle> candles =
                    MEMBERS.stream().map(symbol -> truth.candle(symbol, open)).toList();
            closes.add(new MarketClose("binance", close, candles));
        }
        return closes;
    }

    private void awaitStored(long closeMillis) {
        await(() -> store.lastClose("binance", FIVE).orElse(0) >= closeMillis);
    }

    private void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as(() -> "waited too long: " + status.snapshot())
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
