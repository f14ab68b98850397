package io.auspex.ensemble;

import static io.auspex.ensemble.WeightRequests.DEFAULTS;
import static io.auspex.ensemble.WeightRequests.put;
import static io.auspex.ensemble.WeightRequests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.auspex.ingest.CandleStore;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.signals.SignalPipeline;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions and their records against a real database. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ReinforcementServiceTest {

    @Inject CandleStore candles;
    @Inject ModelRegistry registry;
    @Inject SessionPlanner planner;
    @Inject SessionStore sessions;
    @Inject RuleCalibrations calibrations;
    @Inject EnsembleRecords records;
    @Inject SignalPipeline pipeline;
    @Inject EnsembleConfig config;
    @Inject WeightsInForce inForce;
    @Inject EnsembleTestMarket market;

    @BeforeEach
    void aMarketHasHistory() {
        market.begin();
        put(DEFAULTS).statusCode(200);
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
}
