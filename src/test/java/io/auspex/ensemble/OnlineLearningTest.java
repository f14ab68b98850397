package io.auspex.ensemble;

import static io.auspex.ensemble.CombinationTest.heads;
import static io.auspex.ensemble.WeightRequests.DEFAULTS;
import static io.auspex.ensemble.WeightRequests.put;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.auspex.market.Symbol;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Receipt;
import io.auspex.signals.SignalLedger;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Weights in force that learn from reported trades, against a real database. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class OnlineLearningTest {

    @Inject OnlineLearning online;
    @Inject SignalLedger ledger;
    @Inject WeightsInForce inForce;
    @Inject EnsembleTestMarket market;

    @BeforeEach
    void aMarketHasHistory() {
        market.begin();
        put(DEFAULTS).statusCode(200);
    }

    @Test
    void reportedTradesMoveTheWeightsAndAreUndoneExactly() {
        Weights before = inForce.get().orElseThrow();
        String signal = ensembleSignal();
        String first = trade(signal, "LONG", 2.0);
        String second = trade(signal, "SHORT", -0.4);
        String alone = trade(null, "LONG", 5.0);
        online.learn();
        Weights learnt = inForce.get().orElseThrow();
        // Both had said BUY or SELL: lgbm_ai for the rise, trading_ai against it.
        assertThat(learnt.of("lgbm_ai")).isGreaterThan(before.of("lgbm_ai"));
        assertThat(learnt.of("trading_ai")).isLessThan(before.of("trading_ai"));
        assertThat(learnt.of("mistral_ai")).isZero();
        given().queryParam("limit", 1)
                .get("/api/models/weights/history")
                .then()
                .body("[0].context.trade_id", equalTo(second))
                .body("[0].context.returns.lgbm_ai", equalTo(0.004f));
        // Again: nothing is learnt twice.
        online.learn();
        assertThat(inForce.get().orElseThrow().revision()).isEqualTo(learnt.revision());

        undo(first).statusCode(200).body("status", equalTo(true));
        Weights onlySecond = inForce.get().orElseThrow();
        undo(first).statusCode(409).body("type", containsString("trade-undone"));
        undo(second).statusCode(200);
        assertThat(inForce.get().orElseThrow().weights()).isEqualTo(before.weights());
        assertThat(onlySecond.weights()).isNotEqualTo(learnt.weights());
        undo(alone).statusCode(404).body("type", containsString("trade-not-learnt"));

        String third = trade(signal, "LONG", 1.0);
        online.learn();
        put(DEFAULTS).statusCode(200);
        undo(third).statusCode(409).body("type", containsString("weights-set-since"));
    }

    private static ValidatableResponse undo(String trade) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("trade_id", trade))
                .post("/api/reinforcement/undo")
                .then();
    }

    private String ensembleSignal() {
        Receipt receipt =
                Receipt.of(
                        DecisionRule.standard(),
                        List.of(
                                new Receipt.Member(
                                        "lgbm_ai",
                                        1,
                                        "x",
                                        0.6,
                                        heads(0.5, 0.1, 0.02, 0.01),
                                        List.of(),
                                        null),
                                new Receipt.Member(
                                        "trading_ai",
                                        1,
                                        "x",
                                        0.4,
                                        heads(0.1, 0.5, -0.02, 0.01),
                                        List.of(),
                                        null)));
        long close = 1_700_000_100_000L + 300_000L * (System.nanoTime() % 1_000_000);
        PendingSignal pending =
                new PendingSignal(
                        EnsembleTestMarket.FEED,
                        Members.ENSEMBLE,
                        1,
                        "0123456789abcdef",
                        new Symbol("ETHSIM"),
                        EnsembleTestMarket.FIVE,
                        close,
                        100,
                        DecisionRule.standard().decide(heads(0.4, 0.2, 0.01, 0.01)),
                        heads(0.4, 0.2, 0.01, 0.01),
                        false,
                        null,
                        close + 300_000,
                        receipt);
        return Await.item(() -> ledger.append(List.of(pending))).getFirst().id();
    }

    private static String trade(String signal, String direction, double percent) {
        String id = "ensemble-" + UUID.randomUUID();
        Map<String, Object> trade = new LinkedHashMap<>();
        trade.put("id", id);
        trade.put("symbol", "ETHSIM");
        trade.put("direction", direction);
        trade.put("entry_time", "2026-01-05T00:00:00Z");
        trade.put("entry_price", 100);
        trade.put("exit_time", "2026-01-05T02:00:00Z");
        trade.put("exit_price", 101);
        trade.put("pnl", percent);
        trade.put("pnl_percent", percent);
        if (signal != null) {
            trade.put("signal_id", signal);
        }
        trade.put(
                "context",
                Map.of("rsi", 50, "trend", 0.01, "volatility", 0.004, "volume_ratio", 1.2));
        given().contentType(ContentType.JSON)
                .body(trade)
                .post("/api/trades")
                .then()
                .statusCode(200)
                .body("[0].status", equalTo("ACCEPTED"));
        return id;
    }
}
