package io.auspex.ensemble;

import static io.auspex.ensemble.CombinationTest.heads;
import static io.restassured.RestAssured.given;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.api.LiveService;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.serving.Lease;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.auspex.serving.TinyModels;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Receipt;
import io.auspex.signals.Replayed;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import io.auspex.signals.SignalMaker;
import io.auspex.signals.SignalPipeline;
import io.auspex.signals.SignalReplay;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.smallrye.config.SmallRyeConfigBuilder;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

/** Weights, sessions and records against a real database. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class EnsembleServiceTest {

    private static final String FEED = "replay:ensemble-test";
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final String MODEL = "ensemble-test-5m";
    private static final Map<String, Object> DEFAULTS =
            Map.of(
                    "trading_ai_weight", 0.25,
                    "lava_ai_weight", 0.35,
                    "lgbm_ai_weight", 0.4,
                    "mistral_ai_weight", 0.0);

    @Inject CandleStore candles;
    @Inject ModelRegistry registry;
    @Inject SessionPlanner planner;
    @Inject SessionStore sessions;
    @Inject RuleCalibrations calibrations;
    @Inject EnsembleRecords records;
    @Inject SignalPipeline pipeline;
    @Inject EnsembleConfig config;
    @Inject OnlineLearning online;
    @Inject SignalLedger ledger;
    @Inject WeightsInForce inForce;
    @Inject DataSource jdbc;
    @Inject LiveService service;
    @Inject LiveFeatures features;
    @Inject ModelServer server;
    @Inject SignalReplay replay;
    @Inject Instance<SignalPipeline> pipelines;

    @BeforeEach
    void aMarketHasHistory() {
        if (candles.extent(FEED, FIVE).candles() == 0) {
            SimulatedMarketGenerator generator =
                    new SimulatedMarketGenerator(new SimulatedMarket(5, 1, 2, 12, FIVE, 0));
            List<MarketClose> closes = new ArrayList<>();
            for (int i = 0; i < 12 * 288; i++) {
                MarketClose close = generator.next();
                closes.add(new MarketClose(FEED, close.closeTimeMillis(), close.candles()));
            }
            candles.storeAndAwait(closes);
            champion();
        }
        planner.isRunning(
                new HistoryLoaded(
                        FEED, FIVE, List.of(new Symbol("BTCSIM"), new Symbol("ETHSIM")), 0));
        put(DEFAULTS).statusCode(200);
    }

    /** One that often calls for a short trade: its p_down is the fourth output of the graph. */
    private void champion() {
        MarketSpec market = new MarketSpec(FEED, List.of(), FIVE);
        Await.item(() -> registry.declare(ModelSpec.standard(MODEL, market)));
        TinyModels tiny =
                TinyModels.tiny()
                        .named(MODEL)
                        .market(market)
                        .bias(-1.2f)
                        .outputs(List.of("p_up", "p_stop", "expected_return", "p_down"));
        int version =
                Await.item(() ->
                                registry.add(
                                        MODEL,
                                        "import:test",
                                        tiny.schema(),
                                        tiny.onnx(),
                                        tiny.report()))
                        .version();
        Await.item(() -> registry.promote(MODEL, version, "for sessions", true));
    }

    @Test
    void weightsAreSetWholeAndEveryChangeIsKept() {
        given().get("/api/models/weights")
                .then()
                .statusCode(200)
                .body("lava_ai_weight", equalTo(0.35f))
                .body("mistral_ai_weight", equalTo(0.0f))
                .body("last_updated", notNullValue());
        Map<String, Object> other = new LinkedHashMap<>(DEFAULTS);
        other.put("lgbm_ai_weight", 0.5);
        other.put("ensemble-test-5m_weight", 0.1);
        other.put("reason", "a better quarter");
        put(other).statusCode(200).body("'ensemble-test-5m_weight'", equalTo(0.1f));
        given().queryParam("limit", 2)
                .get("/api/models/weights/history")
                .then()
                .statusCode(200)
                .body("member", equalTo(List.of("lgbm_ai", MODEL)))
                .body("old_weight", equalTo(Arrays.asList(0.4f, null)))
                .body("new_weight", equalTo(List.of(0.5f, 0.1f)))
                .body("[0].reason", equalTo("set over REST: a better quarter"));
        assertThat(inForce.get().orElseThrow().of("lgbm_ai")).isEqualTo(0.5);
        // What was read can be written, and a further member leaves with the weight 0.
        Map<String, Object> read =
                new LinkedHashMap<>(
                        given().get("/api/models/weights").then().extract().as(Map.class));
        read.put("ensemble-test-5m_weight", 0);
        put(read).statusCode(200).body("'ensemble-test-5m_weight'", nullValue());
    }

    @Test
    void wrongWeightsAreRefusedWithWhatToDo() {
        put(Map.of("trading_ai_weight", 1))
                .statusCode(400)
                .body("detail", containsString("lava_ai_weight is missing"));
        put(with("lgbm_ai_weight", -0.1))
                .statusCode(400)
                .body("detail", containsString("lgbm_ai_weight must be a number from 0"));
        put(with("lgbm_ai_weight", "much")).statusCode(400);
        put(with("stranger_weight", 0.1))
                .statusCode(400)
                .body("detail", containsString("no model of a market is called stranger"));
        put(with("weight_of_lgbm", 0.1))
                .statusCode(400)
                .body("detail", containsString("unknown field 'weight_of_lgbm'"));
        put(Map.of(
                        "trading_ai_weight", 0,
                        "lava_ai_weight", 0,
                        "lgbm_ai_weight", 0,
                        "mistral_ai_weight", 0))
                .statusCode(400)
                .body("detail", containsString("not all weights may be 0"));
        given().contentType(ContentType.JSON)
                .body(
                        "{\"trading_ai_weight\": 1e999, \"lava_ai_weight\": 0, \"lgbm_ai_weight\": 0, \"mistral_ai_weight\": 0}")
                .put("/api/models/weights")
                .then()
                .statusCode(400);
        given().get("/api/models/weights").then().body("lgbm_ai_weight", equalTo(0.4f));
    }

    @Test
    void noModelCanHaveTheNameOfAPathOrOfAMember() {
        for (String name : List.of("weights", "performance", "ensemble", "lgbm_ai")) {
            assertThatThrownBy(
                            () -> ModelSpec.standard(name, new MarketSpec(FEED, List.of(), FIVE)))
                    .hasMessageContaining("Auspex uses itself");
        }
    }

    /** Another process changes them: news over the database, no request to this one. */
    @Test
    void weightsThatAnotherProcessSetsAreSeen() throws Exception {
        long before = inForce.get().orElseThrow().revision();
        try (var connection = jdbc.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "update ensemble_weights set revision = revision + 1,"
                            + " weights = jsonb_set(weights, '{lgbm_ai}', '0.77')");
            statement.execute("select pg_notify('auspex_weights', '')");
        }
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (inForce.get().orElseThrow().revision() == before && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(inForce.get().orElseThrow().of("lgbm_ai")).isEqualTo(0.77);
    }

    @Test
    void theHistoryCannotBeChanged() throws SQLException {
        put(with("lgbm_ai_weight", 0.41)).statusCode(200);
        try (var connection = jdbc.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "insert into learning_step values ('nobody', 'PASSED', 1, '{}', 'a test')"
                            + " on conflict do nothing");
            for (String change :
                    List.of(
                            "delete from weight_change",
                            "update weight_change set new_weight = 1",
                            "truncate weight_change",
                            "delete from learning_step",
                            "truncate trade_result")) {
                assertThatThrownBy(() -> statement.execute(change))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("append-only");
            }
        }
    }

    @Test
    void aSessionRunsToItsEndAndItsRecordsAreThere() throws Exception {
        String id = start("{\"test_period_days\": 5, \"learning_rate\": 0.02}");
        ReinforcementSession session = ended(id);
        assertThat(session.state()).isEqualTo(ReinforcementSession.State.COMPLETED);
        assertThat(session.progress()).isEqualTo(100);
        assertThat(session.closes()).isEqualTo(5 * 288);
        assertThat(session.plan().leftOut()).containsOnlyKeys("lava_ai");
        SessionResult result = session.result();
        assertThat(result.applied()).isFalse();
        assertThat(result.inSample()).isEqualTo("it is not known what lgbm_ai v1 was trained on");
        assertThat(result.appliedReason()).contains("\"apply\": true");
        assertThat(result.members())
                .extracting(SessionResult.MemberResult::member)
                .containsExactly("trading_ai", "lgbm_ai", "ensemble");
        assertThat(result.members().get(0).inSample()).isFalse();
        assertThat(result.members().get(1).statistics().trades()).isGreaterThan(20);
        long trades =
                result.members().stream().mapToLong(member -> member.statistics().trades()).sum();
        assertThat(session.trades()).isEqualTo(trades);

        given().get("/api/reinforcement/status")
                .then()
                .statusCode(200)
                .body("running", equalTo(false))
                .body("session.session_id", equalTo(id))
                .body("session.result.regret.best_member", notNullValue());
        given().queryParam("session_id", id)
                .get("/api/models/performance")
                .then()
                .statusCode(200)
                .body("members", hasSize(3))
                .body("members[1].statistics.win_rate", notNullValue())
                .body("in_sample", containsString("not known"));
        given().queryParam("session_id", id)
                .queryParam("member", "lgbm_ai")
                .queryParam("limit", 5)
                .get("/api/analytics/trades")
                .then()
                .statusCode(200)
                .body("trades", hasSize(5))
                .body("trades[0].direction", equalTo("SHORT"))
                .body("trades[0].metadata.weight_after", notNullValue())
                .body("next_after", greaterThan(0));
        for (String grouping : List.of("member", "symbol", "hour", "direction")) {
            List<Integer> counts =
                    given().queryParam("session_id", id)
                            .queryParam("group_by", grouping)
                            .get("/api/analytics/trades")
                            .then()
                            .statusCode(200)
                            .extract()
                            .path("groups.statistics.trades");
            assertThat(counts.stream().mapToInt(n -> n).sum()).isEqualTo((int) trades);
        }
        String csv =
                given().queryParam("session_id", id)
                        .queryParam("limit", 10_000)
                        .queryParam("format", "csv")
                        .get("/api/analytics/trades")
                        .then()
                        .statusCode(200)
                        .contentType(containsString("text/csv"))
                        .extract()
                        .asString();
        assertThat(csv.lines().count()).isEqualTo(trades + 1);
        assertThat(csv).startsWith("id,session_id,number,member");
        long learnt = trades - result.members().getLast().statistics().trades();
        List<Object> changes =
                given().queryParam("session_id", id)
                        .queryParam("limit", 1000)
                        .get("/api/models/weights/history")
                        .then()
                        .extract()
                        .path("context.gain");
        assertThat(changes).hasSize((int) Math.min(1000, learnt));
        given().queryParam("format", "xml").get("/api/analytics/trades").then().statusCode(400);
    }

    @Test
    void appliedWeightsShareWhatTheMembersHadTogether() throws Exception {
        ReinforcementSession session =
                ended(start("{\"test_period_days\": 3, \"learning_rate\": 0.1, \"apply\": true}"));
        assertThat(session.result().applied()).isTrue();
        Weights weights = inForce.get().orElseThrow();
        session.result()
                .weightsAfter()
                .forEach((member, share) ->
                        assertThat(weights.of(member)).isEqualTo(share * (0.25 + 0.4)));
        assertThat(weights.of("lava_ai")).isEqualTo(0.35);
        given().queryParam("limit", 1)
                .get("/api/models/weights/history")
                .then()
                .body("[0].reason", containsString(session.sessionId()));
    }

    @Test
    void oneSessionAtATimeAndItCanBeStopped() throws Exception {
        String id = UUID.randomUUID().toString();
        SessionPlan plan = planner.plan(new Reinforcement.Request(5, null, null, null, null));
        Await.item(() -> sessions.insert(id, plan, "somebody else", Duration.ofMinutes(5)));
        try {
            given().contentType(ContentType.JSON)
                    .body("{\"test_period_days\": 1}")
                    .post("/api/reinforcement/start")
                    .then()
                    .statusCode(409)
                    .body("type", containsString("session-running"));
            given().get("/api/reinforcement/status")
                    .then()
                    .body("running", equalTo(true))
                    .body("session.session_id", equalTo(id));
        } finally {
            given().post("/api/reinforcement/stop")
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("STOPPED"))
                    .body("session_id", equalTo(id));
        }
        given().post("/api/reinforcement/stop")
                .then()
                .statusCode(409)
                .body("type", containsString("no-session-running"));
        given().queryParam("session_id", "nobody")
                .get("/api/reinforcement/status")
                .then()
                .statusCode(404);
    }

    @Test
    void wrongRequestsAreRefused() {
        for (String body :
                List.of(
                        "{\"test_period_days\": 0}",
                        "{\"learning_rate\": 2}",
                        "{\"reward_multiplier\": 0}",
                        "{\"punishment_multiplier\": -1}",
                        "{\"days\": 3}")) {
            given().contentType(ContentType.JSON)
                    .body(body)
                    .post("/api/reinforcement/start")
                    .then()
                    .statusCode(400);
        }
        put(with("lgbm_ai_weight", 0)).statusCode(200);
        given().post("/api/reinforcement/start")
                .then()
                .statusCode(409)
                .body("detail", containsString("2 members or more"));
    }

    /** The process ends in the middle; the next one goes on from the checkpoint. */
    @Test
    void aSessionThatWasInterruptedEndsWithTheSameBits() {
        SessionPlan plan = planner.plan(new Reinforcement.Request(4, null, null, null, false));
        String whole = begun(plan, "first");
        Replay inOneGo = run(stored(whole, null), "first", Integer.MAX_VALUE);
        finish(whole, "first");

        String parts = begun(plan, "second");
        assertThatThrownBy(() -> run(stored(parts, null), "second", 700))
                .isInstanceOf(SessionRun.InterruptedRunException.class);
        Await.item(() -> sessions.release("second"));
        SessionStore.Stored left =
                Await.item(() -> sessions.claim("third", Duration.ofMinutes(5))).orElseThrow();
        assertThat(left.session().sessionId()).isEqualTo(parts);
        assertThat(left.session().closes()).isEqualTo(700);
        assertThat(left.session().resumed()).isEqualTo(1);
        // Who lost it writes nothing more.
        assertThatThrownBy(() -> run(left, "second", Integer.MAX_VALUE))
                .isInstanceOf(SessionRun.InterruptedRunException.class);
        Replay resumed = run(left, "third", Integer.MAX_VALUE);
        finish(parts, "third");

        assertThat(resumed.state()).isEqualTo(inOneGo.state());
        assertThat(resumed.learning().weights()).isEqualTo(inOneGo.learning().weights());
        Map<String, double[]> one = Await.item(() -> sessions.pnls(whole));
        Map<String, double[]> other = Await.item(() -> sessions.pnls(parts));
        assertThat(other.keySet()).isEqualTo(one.keySet()).contains("lgbm_ai", "trading_ai");
        one.forEach((member, pnls) -> assertThat(other.get(member)).isEqualTo(pnls));
    }

    private String begun(SessionPlan plan, String owner) {
        String id = UUID.randomUUID().toString();
        Await.item(() -> sessions.insert(id, plan, owner, Duration.ofMinutes(5)));
        return id;
    }

    private void finish(String id, String owner) {
        assertThat(
                        Await.item(() ->
                                sessions.finish(
                                        id,
                                        owner,
                                        ReinforcementSession.State.STOPPED,
                                        null,
                                        "test")))
                .isTrue();
    }

    private SessionStore.Stored stored(String id, Checkpoint checkpoint) {
        return new SessionStore.Stored(
                Await.item(() -> sessions.session(id)).orElseThrow(), checkpoint);
    }

    private Replay run(SessionStore.Stored stored, String owner, int closes) {
        AtomicInteger seen = new AtomicInteger();
        return new SessionRun(
                        stored,
                        new SessionRun.Tools(
                                sessions,
                                candles,
                                registry,
                                calibrations,
                                records,
                                pipeline.rule(),
                                config,
                                owner,
                                () -> 0),
                        () -> seen.incrementAndGet() > closes)
                .run();
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

    /** The live path from vectors to a row, and the row computed again from what is stored. */
    @Test
    void aCloseBecomesARowOfTheEnsembleThatCanBeReplayed() {
        String feed = "replay:ensemble-live";
        String model = "ensemble-live-5m";
        List<MarketClose> closes = new ArrayList<>();
        SimulatedMarketGenerator generator =
                new SimulatedMarketGenerator(new SimulatedMarket(6, 1, 2, 4, FIVE, 0));
        for (int i = 0; i < 4 * 288; i++) {
            MarketClose close = generator.next();
            closes.add(new MarketClose(feed, close.closeTimeMillis(), close.candles()));
        }
        candles.storeAndAwait(closes);
        service.promote(model, new MarketSpec(feed, List.of(), FIVE), 0.1f);
        MarketClose last = closes.getLast();
        HistoryLoaded loaded =
                new HistoryLoaded(
                        feed,
                        FIVE,
                        List.of(new Symbol("BTCSIM"), new Symbol("ETHSIM")),
                        last.closeTimeMillis());
        LiveEnsemble ensemble =
                new LiveEnsemble(
                        switchedOn(), inForce, calibrations, features, List.of(), pipelines);
        ensemble.loaded(loaded);
        features.follow(feed, FIVE);
        List<PendingSignal> pending;
        try (Lease lease = server.acquire(model).orElseThrow()) {
            List<PendingSignal> said =
                    new SignalMaker(pipeline.rule(), List.of(), pipeline.expiry())
                            .signals(lease.model(), last, features::vectors);
            pending = ensemble.combine(last, said);
        }
        ensemble.stop(null);
        assertThat(pending)
                .hasSize(2)
                .allSatisfy(signal -> {
                    assertThat(signal.model()).isEqualTo("ensemble");
                    assertThat(signal.decision().reason())
                            .contains("trading_ai 38.5 %")
                            .contains("lgbm_ai 61.5 %")
                            .contains("without lava_ai (");
                });
        for (Signal signal : Await.item(() -> ledger.append(pending))) {
            Replayed replayed = Await.item(() -> replay.replay(signal.id()));
            assertThat(replayed.differences()).isEmpty();
            assertThat(replayed.heads()).isEqualTo(signal.heads()).hasSize(4);
        }
    }

    private static EnsembleConfig switchedOn() {
        return new SmallRyeConfigBuilder()
                .withMapping(EnsembleConfig.class)
                .withDefaultValue("auspex.ensemble.enabled", "true")
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(EnsembleConfig.class);
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
                        FEED,
                        Members.ENSEMBLE,
                        1,
                        "0123456789abcdef",
                        new Symbol("ETHSIM"),
                        FIVE,
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

    private static String start(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/reinforcement/start")
                .then()
                .statusCode(200)
                .body("status", equalTo(true))
                .body("estimated_duration", greaterThan(0f))
                .extract()
                .path("session_id");
    }

    private ReinforcementSession ended(String id) throws InterruptedException {
        Instant until = Instant.now().plusSeconds(60);
        ReinforcementSession session;
        do {
            Thread.sleep(20);
            session = Await.item(() -> sessions.session(id)).orElseThrow();
        } while (session.state() == ReinforcementSession.State.RUNNING
                && Instant.now().isBefore(until));
        return session;
    }

    private static Map<String, Object> with(String field, Object value) {
        Map<String, Object> weights = new LinkedHashMap<>(DEFAULTS);
        weights.put(field, value);
        return weights;
    }

    private static ValidatableResponse put(Map<String, Object> weights) {
        return given().contentType(ContentType.JSON)
                .body(weights)
                .put("/api/models/weights")
                .then();
    }
}
