package io.auspex.signals;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.auspex.api.LiveService;
import io.auspex.ingest.CandleStore;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlResult;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals of a live run, computed again over REST. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class SignalReplayTest {

    private static final String PLACE = " where feed = $1 and symbol = $2 and open_time = $3";

    @Inject LiveService service;
    @Inject SignalLedger ledger;
    @Inject LiveFeatures features;
    @Inject ModelServer models;
    @Inject CandleStore candles;
    @Inject CandleHistory history;
    @Inject SignalsConfig config;
    @Inject SignalExport export;
    @Inject Pool pool;

    @TempDir Path folder;

    @BeforeEach
    void warmUp() {
        service.warmUp();
    }

    @Test
    void everySignalOfALiveRunIsIdenticalAlsoWhenItsVersionIsNoLongerTheChampion() {
        String model = "replay-all";
        service.promote(model, 0.1f);
        for (int i = 0; i < 8; i++) {
            service.close();
        }
        ModelVersion second = service.add(model, -0.2f);
        Await.item(() -> models.promote(model, second.version(), "better", false));
        for (int i = 0; i < 4; i++) {
            service.close();
        }
        List<Signal> all = signals(model);
        assertThat(all).hasSize(12 * LiveService.SYMBOLS.size());
        assertThat(all).extracting(Signal::version).contains(1, 2);
        for (Signal signal : all) {
            given().get("/api/signals/" + signal.id() + "/replay")
                    .then()
                    .statusCode(200)
                    .body("differences", empty())
                    .body("identical", equalTo(true))
                    .body("id", equalTo(signal.id()))
                    .body("action", equalTo(signal.action().name()))
                    .body("heads.p_up", notNullValue());
        }
    }

    @Test
    void theReceiptSaysWhatASignalWasMadeOf() {
        String model = "replay-receipt";
        ModelVersion version = service.promote(model, 0.1f);
        MarketClose close = service.close();
        Signal signal = signals(model).getFirst();
        Receipt receipt = Await.item(() -> ledger.receipt(signal.id())).orElseThrow();
        assertThat(receipt.artefact()).isEqualTo(version.sha256());
        assertThat(receipt.rule()).isEqualTo(config.rule());
        assertThat(receipt.candles().getFirst().symbol()).isEqualTo(signal.symbol());
        assertThat(receipt.candles().getFirst().last().toEpochMilli())
                .isEqualTo(close.closeTimeMillis() - signal.timeframe().millis());
        given().get("/api/signals/" + signal.id())
                .then()
                .statusCode(200)
                .body("id", equalTo(signal.id()))
                .body("schema_hash", equalTo(version.schema().hash()))
                .body("expires_at", equalTo(signal.closeTime().plusSeconds(300).toString()))
                .body("receipt.artefact", equalTo(version.sha256()))
                .body("receipt.rule.minimum_edge", equalTo(0.08f))
                .body("receipt.members", empty())
                .body("receipt.candles[0].sha256", equalTo(receipt.candles().getFirst().sha256()))
                .body("receipt.candles[0].candles", notNullValue());
    }

    @Test
    void aCandleThatWasChangedAfterwardsIsFoundOut() {
        String model = "replay-changed";
        service.promote(model, 0.1f);
        MarketClose close = service.close();
        Signal signal = signals(model).getFirst();
        long open = close.closeTimeMillis() - 4 * signal.timeframe().millis();
        Tuple place = Tuple.of(LiveService.FEED, signal.symbol().name(), open);
        Row was =
                Await.item(() ->
                        pool.preparedQuery("select close, volume from candle" + PLACE)
                                .execute(place)
                                .map(rows -> rows.iterator().next()));
        try {
            change("volume = volume + 1", place);
            given().get("/api/signals/" + signal.id() + "/replay")
                    .then()
                    .statusCode(200)
                    .body("identical", equalTo(false))
                    .body("differences.what", hasItem("candles:" + signal.symbol()));
            change("volume = " + was.getDouble("volume"), place);
            given().get("/api/signals/" + signal.id() + "/replay")
                    .then()
                    .body("identical", equalTo(true));

            change("close = (high + 2 * low) / 3", place);
            given().get("/api/signals/" + signal.id() + "/replay")
                    .then()
                    .body("identical", equalTo(false))
                    .body("differences.what", hasItem("heads.p_up"));
        } finally {
            change("close = " + was.getDouble("close"), place);
        }
    }

    private void change(String what, Tuple place) {
        int changed =
                Await.item(() ->
                        pool.preparedQuery("update candle set " + what + PLACE)
                                .execute(place)
                                .map(SqlResult::rowCount));
        assertThat(changed).isEqualTo(1);
    }

    @Test
    void whatAGuardSaidIsTakenFromTheReceipt() {
        String model = "replay-guarded";
        service.promote(model, 0.1f);
        SignalPipeline guarded =
                new SignalPipeline(
                        features,
                        models,
                        ledger,
                        new SignalHub(),
                        config,
                        List.of((of, _) ->
                                of.name().equals(model)
                                        ? Optional.of("out of the ordinary")
                                        : Optional.empty()),
                        history,
                        folder.resolve("signals"),
                        InstantSource.system(),
                        new SimpleMeterRegistry());
        MarketClose close = service.next();
        candles.storeAndAwait(List.of(close));
        guarded.onClose(close);
        Signal signal = signals(model).getLast();
        assertThat(signal.action()).isEqualTo(Action.ABSTAIN);
        given().get("/api/signals/" + signal.id() + "/replay")
                .then()
                .body("identical", equalTo(true))
                .body("action", equalTo("ABSTAIN"))
                .body("reason", equalTo("out of the ordinary"))
                .body("notes", hasSize(1))
                .body("notes[0]", containsString("guard"));
        given().get("/api/signals/" + signal.id())
                .then()
                .body("receipt.guard", equalTo("out of the ordinary"));
    }

    @Test
    void whatCannotBeComputedAgainSaysWhy() {
        String model = "replay-gone";
        ModelVersion first = service.promote(model, 0.31f);
        service.close();
        Signal signal = signals(model).getFirst();
        ModelVersion second = service.add(model, 0.32f);
        Await.item(() -> models.promote(model, second.version(), "newer", false));
        Await.item(() ->
                pool.preparedQuery("update artefact set content = null where sha256 = $1")
                        .execute(Tuple.of(first.sha256())));
        given().get("/api/signals/" + signal.id() + "/replay")
                .then()
                .statusCode(409)
                .body("type", containsString("artefact-gone"));

        List<PendingSignal> missed = new ArrayList<>();
        PendingSignal any = PendingSignals.signal("replay-missed", 0, "ETHBTC", 0.1);
        missed.add(
                new PendingSignal(
                        any.feed(),
                        any.model(),
                        1,
                        any.schemaHash(),
                        any.symbol(),
                        any.timeframe(),
                        any.closeTimeMillis(),
                        1,
                        Decision.missed("missed: nobody was there"),
                        any.heads(),
                        false));
        missed.add(PendingSignals.signal("replay-missed", 1, "ETHBTC", 0.1));
        List<Signal> appended = Await.item(() -> ledger.append(missed));
        given().get("/api/signals/" + appended.getFirst().id() + "/replay")
                .then()
                .statusCode(409)
                .body("type", containsString("nothing-to-replay"));
        given().get("/api/signals/" + appended.getLast().id() + "/replay")
                .then()
                .statusCode(409)
                .body("type", containsString("no-receipt"));
        given().get("/api/signals/nobody/replay").then().statusCode(404);
    }

    @Test
    void theLedgerIsExportedWholePageByPage() throws IOException {
        List<PendingSignal> many = new ArrayList<>();
        for (int i = 0; i < 2_345; i++) {
            many.add(PendingSignals.signal("exported", i, "EXPORTED", 0.1));
        }
        List<Signal> appended = Await.item(() -> ledger.append(many));
        String csv =
                given().get("/api/signals/export?model=exported")
                        .then()
                        .statusCode(200)
                        .contentType("text/csv")
                        .header("Content-Disposition", containsString("signals.csv"))
                        .extract()
                        .asString();
        List<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(csv).stream().toList();
        assertThat(rows)
                .extracting(row -> row.getField("id"))
                .isEqualTo(appended.stream().map(Signal::id).toList());
        assertThat(rows.getFirst().getField("p_up")).isEqualTo("0.25");
        assertThat(rows.getFirst().getField("p_stop")).isEmpty();
        given().get("/api/signals/export?format=json&symbol=EXPORTED")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("", hasSize(2_345))
                .body("[2344].id", equalTo(appended.getLast().id()))
                .body("[0].outcome", equalTo(null));
        String from = appended.get(10).closeTime().toString();
        String to = appended.get(12).closeTime().toString();
        given().get("/api/signals/export?format=json&model=exported&from=" + from + "&to=" + to)
                .then()
                .statusCode(200)
                .body("id", equalTo(List.of(appended.get(10).id(), appended.get(11).id())));
        given().get("/api/signals/export?model=nobody")
                .then()
                .statusCode(200)
                .body(not(containsString("\n" + appended.getFirst().id())));
        SignalFilter one =
                new SignalFilter(
                        null,
                        "exported",
                        appended.getFirst().closeTime(),
                        appended.get(1).closeTime());
        export.forEachPage(
                one,
                _ ->
                        export.forEachPage(
                                one,
                                _ ->
                                        given().get("/api/signals/export")
                                                .then()
                                                .statusCode(503)
                                                .body("slug", equalTo("exports-busy"))));
        given().head("/api/signals/export").then().statusCode(200);
        for (String wrong : List.of("format=xml", "from=yesterday", "symbol=eth")) {
            given().get("/api/signals/export?" + wrong).then().statusCode(400);
        }
    }

    @Test
    void moreReplaysThanMayWaitAreToldToComeAgain() throws Exception {
        String model = "replay-busy";
        service.promote(model, 0.1f);
        service.close();
        String id = signals(model).getFirst().id();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        SignalReplay slow =
                new SignalReplay(
                        ledger,
                        new CandleHistory() {
                            @Override
                            public List<MarketClose> closes(
                                    String feed, Timeframe timeframe, long from, long to) {
                                reading.countDown();
                                try {
                                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                                return history.closes(feed, timeframe, from, to);
                            }

                            @Override
                            public OptionalLong lastClose(String feed, Timeframe timeframe) {
                                return history.lastClose(feed, timeframe);
                            }
                        },
                        models,
                        new SmallRyeConfigBuilder()
                                .withMapping(SignalsConfig.class)
                                .withDefaultValue("auspex.signals.replays", "1")
                                .withDefaultValue("auspex.signals.replays-waiting", "1")
                                .addDiscoveredConverters()
                                .build()
                                .getConfigMapping(SignalsConfig.class),
                        List.of());
        CompletableFuture<Replayed> first = slow.replay(id).subscribeAsCompletionStage();
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Replayed> second = slow.replay(id).subscribeAsCompletionStage();
        CompletableFuture<Replayed> third = slow.replay(id).subscribeAsCompletionStage();
        assertThat(third)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withMessageContaining("ask again later");
        release.countDown();
        assertThat(first.get(20, TimeUnit.SECONDS).identical()).isTrue();
        assertThat(second.get(20, TimeUnit.SECONDS).identical()).isTrue();
        slow.stop();
    }

    private List<Signal> signals(String model) {
        return Await.item(() ->
                ledger.page(new SignalFilter(null, model, null, null), 0, Long.MAX_VALUE, 1_000));
    }
}
