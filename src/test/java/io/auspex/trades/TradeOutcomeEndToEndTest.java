package io.auspex.trades;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.api.LiveService;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.TradeEntry;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitProgressed;
import io.auspex.retraining.RefitService;
import io.auspex.retraining.RefitState;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.auspex.signals.Action;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalLedger;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Trades over REST, the queue, a worker process, the gate, and what rides on the signals. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class TradeOutcomeEndToEndTest {

    private static final int PATIENCE_SECONDS = 240;

    @Inject LiveService service;
    @Inject LiveFeatures live;
    @Inject ModelRegistry registry;
    @Inject ModelServer server;
    @Inject RefitService refits;
    @Inject SignalLedger ledger;
    @Inject SignalHub hub;
    @Inject Ends ends;
    @Inject Event<HistoryLoaded> loaded;

    /** Waits for the ends of refits. */
    @ApplicationScoped
    static class Ends {

        private final Map<Long, Refit> done = new ConcurrentHashMap<>();
        private final Map<Long, CountDownLatch> latches = new ConcurrentHashMap<>();

        void heard(@Observes RefitProgressed news) {
            RefitState state = news.refit().state();
            if (state != RefitState.QUEUED && state != RefitState.RUNNING) {
                done.put(news.refit().id(), news.refit());
                latch(news.refit().id()).countDown();
            }
        }

        Refit await(long id) throws InterruptedException {
            assertThat(latch(id).await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return done.get(id);
        }

        private CountDownLatch latch(long id) {
            return latches.computeIfAbsent(id, _ -> new CountDownLatch(1));
        }
    }

    @Test
    void aModelOfTradesIsLearntPromotedAndRidesOnEverySignal() throws Exception {
        service.promote("trades-market", 0.9f);
        service.warmUp();
        Signal before = newest("trades-market").getFirst();
        assertThat(before.action()).isNotEqualTo(Action.ABSTAIN);
        assertThat(before.pProfit()).isNull();
        assertThat(before.predictedProfit()).isNull();

        report(TradeStories.of(1, 200, 0.4));
        assertThat(Await.item(() -> registry.model(TradeOutcomeModel.NAME))).isPresent();
        assertThat(live.market().orElseThrow().feed()).isEqualTo(LiveService.FEED);
        // The queue is worked off once a feed's history is there; its own model is not the point.
        loaded.fire(
                new HistoryLoaded(
                        LiveService.FEED,
                        Timeframe.FIVE_MINUTES,
                        LiveService.SYMBOLS,
                        before.closeTime().toEpochMilli()));
        Refit asked = Await.item(() -> refits.request(TradeOutcomeModel.NAME, "10 closed trades"));
        Refit refit = ends.await(asked.id());
        assertThat(refit.decision()).as(String.valueOf(refit.reason())).isEqualTo("PROMOTED");
        assertThat(refit.reason())
                .contains("beats base rate", "blocks)")
                .doesNotContain("direction");

        service.close();
        MarketClose close = service.close();
        List<Signal> signals = newest("trades-market");
        assertThat(signals).hasSize(LiveService.SYMBOLS.size());
        for (Signal signal : signals) {
            assertThat(signal.closeTime().toEpochMilli()).isEqualTo(close.closeTimeMillis());
            Map<Head, Double> expected = expected(signal);
            assertThat(signal.pProfit()).isEqualTo(expected.get(Head.P_PROFIT));
            assertThat(signal.predictedProfit()).isEqualTo(expected.get(Head.EXPECTED_PNL));
        }
        assertThat(hub.snapshot().latest()).containsAll(signals);
        String text = Json.mapper().writeValueAsString(signals.getFirst());
        assertThat(text).contains("\"p_profit\":0.", "\"predicted_profit\":");
        given().get("/api/signals/" + signals.getFirst().id())
                .then()
                .statusCode(200)
                .body("p_profit", notNullValue())
                .body("receipt.outlook.model", equalTo(TradeOutcomeModel.NAME));
        for (Signal signal : signals) {
            given().get("/api/signals/" + signal.id() + "/replay")
                    .then()
                    .statusCode(200)
                    .body("differences", empty())
                    .body("identical", equalTo(true))
                    .body("p_profit", notNullValue());
        }

        Refit again =
                ends.await(Await.item(() -> refits.request(TradeOutcomeModel.NAME, "again")).id());
        assertThat(again.decision()).isEqualTo("REJECTED");
        assertThat(again.reason()).contains("unseen by champion v1 yet, 80 needed");
    }

    /** The champion asked by hand about the same moment. */
    private Map<Head, Double> expected(Signal signal) {
        try (var lease = server.acquire(TradeOutcomeModel.NAME).orElseThrow()) {
            float[] market =
                    live.vector(
                                    TradeEntry.marketSchema(Timeframe.FIVE_MINUTES).hash(),
                                    signal.symbol())
                            .orElseThrow()
                            .values()
                            .toArray();
            float[] row = Arrays.copyOf(market, 7);
            boolean isLong = signal.heads().get(Head.P_UP) >= signal.heads().get(Head.P_DOWN);
            row[4] = signal.heads().get(isLong ? Head.P_UP : Head.P_DOWN).floatValue();
            row[5] = isLong ? 1 : -1;
            row[6] = signal.closeTime().atZone(ZoneOffset.UTC).getHour();
            return lease.model().predict(row).heads();
        }
    }

    private List<Signal> newest(String model) {
        List<Signal> all =
                Await.item(() -> ledger.newest(null, 100)).stream()
                        .filter(signal -> signal.model().equals(model))
                        .toList();
        return all.subList(all.size() - LiveService.SYMBOLS.size(), all.size());
    }

    private static void report(List<ClosedTrade> trades) {
        ArrayNode body = Json.mapper().createArrayNode();
        for (ClosedTrade trade : trades) {
            ObjectNode json = body.addObject();
            json.put("id", trade.id());
            json.put("symbol", trade.symbol().name());
            json.put("direction", trade.direction().name());
            json.put("entry_time", trade.entryTime().toString());
            json.put("entry_price", trade.entryPrice());
            json.put("exit_time", trade.exitTime().toString());
            json.put("exit_price", trade.exitPrice());
            json.put("pnl", trade.pnl());
            json.put("pnl_percent", trade.pnlPercent());
            json.putObject("context")
                    .put("rsi", trade.context().rsi())
                    .put("trend", trade.context().trend())
                    .put("volatility", trade.context().volatility())
                    .put("volume_ratio", trade.context().volumeRatio())
                    .put("confidence", trade.context().confidence());
        }
        List<String> statuses =
                given().contentType(ContentType.JSON)
                        .body(body.toString())
                        .post("/api/trades")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getList("status");
        assertThat(statuses).hasSize(trades.size()).containsOnly("ACCEPTED");
    }
}
