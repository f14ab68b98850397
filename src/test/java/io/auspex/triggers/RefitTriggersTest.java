package io.auspex.triggers;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.feedback.ClosedTradesSource;
import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.LiveFiguresSource;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.CloseHandled;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.ingest.LiveHold;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitHold;
import io.auspex.retraining.RefitService;
import io.auspex.retraining.RefitState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A feed without a candle in the store at full speed: every refit fails, having nothing to train
 * on, and live closes wait for that.
 */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(RefitTriggersTest.FullSpeed.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RefitTriggersTest {

    private static final String MODEL = "simulated-5m";
    private static final List<Symbol> SYMBOLS = List.of(new Symbol("SIMABTC"));
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final Instant BEGIN = Instant.parse("2024-02-05T00:00:00Z");
    private static final FeatureDrift DRIFTED =
            new FeatureDrift("rsi_14@5m", 0.31, 0.1, 0.5, 2_000);

    @Inject Event<HistoryLoaded> historyLoaded;
    @Inject Event<CloseHandled> closeHandled;
    @Inject Event<RetrainingDecision> news;
    @Inject TriggersDiary diary;
    @Inject ToldFigures figures;
    @Inject LiveHold hold;
    @Inject RetrainingService retraining;
    @Inject TrainerService trainer;
    @Inject TriggerStore store;
    @Inject TrainerStore trainerStore;
    @Inject RefitTriggers triggers;
    @Inject RefitService refits;
    @Inject RefitHold refitHold;
    @Inject ModelRegistry registry;
    @Inject CandleStore candles;
    @Inject FeedClock clock;
    @Inject Instance<LiveFiguresSource> figuresSource;
    @Inject Instance<ClosedTradesSource> tradesSource;

    private static Instant now = BEGIN;

    public static final class FullSpeed implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "auspex.speed", "max",
                    "auspex.models-folder", "target/no-models",
                    "auspex.refit.rules.schedule", "never",
                    "auspex.refit.rules.cooldown", "1h",
                    "auspex.refit.rules.max-per-day", "20",
                    "auspex.refit.rules.min-new-candles", "1",
                    // Figures that only drift are enough here.
                    "auspex.refit.rules.drift-confirmed", "false",
                    "auspex.trainer.check-every", "1h");
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(ToldFigures.class);
        }
    }

    @Test
    @Order(1)
    void theFirstRefitIsNotedAtItsMarketTime() throws Exception {
        historyLoaded.fire(new HistoryLoaded("simulated:7", FIVE, SYMBOLS, BEGIN.toEpochMilli()));
        Refit first = diary.first(MODEL);
        assertThat(diary.end(first.id()).state()).isEqualTo(RefitState.FAILED);
        RetrainingDecision noted = diary.decision(it -> of(it, first.id()));
        assertThat(noted.reason()).isEqualTo("refit " + first.id() + " requested: no champion");
        assertThat(noted.clockAt()).isEqualTo(BEGIN);
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    @Order(2)
    void driftIsHeldBackByTheCooldownThenStartsARefitThatHoldsTheMarket() throws Exception {
        close();
        RetrainingDecision quiet = diary.decision(it -> it.key().equals("nothing-due"));
        assertThat(quiet.reason()).contains("no live figures yet");
        figures.tell(MODEL, Fixtures.figures(null, DRIFTED));
        close();
        RetrainingDecision held = diary.decision(it -> it.key().equals("cooldown:drift"));
        assertThat(held.reason())
                .isEqualTo(
                        "PSI(rsi_14@5m)=0.31 > 0.25, but the cooldown of 1 h lasts until 2024-02-05T01:00:00Z");
        assertThat(hold.isHeld()).isFalse();
        now = BEGIN.plus(Duration.ofHours(1));
        close();
        assertThat(diary.decision(it -> it.outcome().equals("START") && it.key().contains("drift")))
                .satisfies(started -> {
                    assertThat(started.reason())
                            .isEqualTo(
                                    "refit "
                                            + started.refit()
                                            + " started: PSI(rsi_14@5m)=0.31 > 0.25");
                    assertThat(started.figures()).containsEntry("psi", 0.31);
                    assertThat(started.clockAt()).isEqualTo(now);
                    Refit end = diary.end(started.refit());
                    assertThat(end.triggerReason()).isEqualTo("PSI(rsi_14@5m)=0.31 > 0.25");
                });
        assertThat(hold.isHeld()).isFalse();
        List<RetrainingDecision> stored = await(() -> store.decisions(MODEL, 10));
        assertThat(stored.reversed())
                .extracting(RetrainingDecision::key)
                .startsWith("request", "nothing-due", "cooldown:drift", "start:drift");
    }

    @Test
    @Order(3)
    void theMarketIsHeldFromTheDecisionOn() throws Exception {
        now = now.plus(Duration.ofHours(2));
        int before = await(() -> refits.refits(MODEL, 100)).size();
        close();
        // The next live close waits, unless the refit has been decided already.
        assertThat(hold.isHeld() || await(() -> refits.refits(MODEL, 100)).size() > before)
                .isTrue();
        Instant at = now;
        RetrainingDecision third =
                diary.decision(it -> it.outcome().equals("START") && it.clockAt().equals(at));
        diary.end(third.refit());
    }

    @Test
    @Order(4)
    void threeFailuresStopAutomaticRefitsUntilSomebodyResumesThem() throws Exception {
        now = now.plus(Duration.ofHours(2));
        close();
        RetrainingDecision stopped = diary.decision(it -> it.key().equals("failures"));
        assertThat(stopped.reason())
                .startsWith("3 refits failed one after the other")
                .contains("retraining/start", "nothing to train on");
        RetrainingStatus status = await(() -> retraining.status(MODEL, 5));
        assertThat(status.automatic()).isFalse();
        assertThat(status.consecutiveFailures()).isEqualTo(3);
        assertThat(status.clock()).isEqualTo("market");
        assertThat(status.now()).isEqualTo(now);
        assertThat(status.decision().key()).isEqualTo("failures");
        int before = await(() -> refits.refits(MODEL, 100)).size();
        now = now.plus(Duration.ofHours(2));
        close();
        assertThat(await(() -> refits.refits(MODEL, 100))).hasSize(before);

        // Resuming decides at once, and the drift is still there.
        assertThat(await(() -> retraining.start(MODEL, RetrainingChange.NONE)).rules().enabled())
                .isTrue();
        Instant at = now;
        RetrainingDecision resumed =
                diary.decision(it -> it.outcome().equals("START") && it.clockAt().equals(at));
        diary.end(resumed.refit());
        assertThat(await(() -> refits.refits(MODEL, 100))).hasSize(before + 1);
    }

    @Test
    @Order(5)
    void whatStartedRefitsIsKnownAfterARestart() {
        List<RefitHistory.Start> before = triggers.model(MODEL).orElseThrow().history().starts();
        RefitHistory loaded = await(() -> store.load(MODEL, now)).history();
        assertThat(loaded.starts())
                .extracting(RefitHistory.Start::refit, RefitHistory.Start::at)
                .isEqualTo(
                        before.stream()
                                .map(start ->
                                        org.assertj.core.groups.Tuple.tuple(
                                                start.refit(), start.at()))
                                .toList());
        assertThat(loaded.failures()).isEqualTo(1);
        assertThat(loaded.open()).isNull();
    }

    @Test
    @Order(6)
    void theSwitchOfTheTrainerStopsAllModelsAndLasts() throws Exception {
        assertThat(await(() -> trainer.run(false)).running()).isFalse();
        assertThat(diary.decision(it -> it.key().equals("trainer-stopped")).model())
                .isEqualTo(MODEL);
        assertThat(await(trainerStore::isRunning)).isFalse();
        now = now.plus(Duration.ofHours(2));
        close();
        assertThat(hold.isHeld()).isFalse();
        figures.forget(MODEL);
        assertThat(await(() -> trainer.run(true)).running()).isTrue();
        TrainerStatus status = await(trainer::status);
        assertThat(status.data().feed()).isEqualTo("simulated:7");
        assertThat(status.data().refreshable()).isFalse();
        assertThat(status.data().lastUpdate()).isEqualTo(now);
        assertThat(status.queue()).isEmpty();
        assertThat(status.workers().limit()).isEqualTo(1);
    }

    @Test
    @Order(7)
    void twoProcessesThatDecideForTheSameReasonStartOneRefit() throws Exception {
        for (int round = 0; round < 5; round++) {
            String model = "race-" + round;
            declare(model);
            figures.tell(model, Fixtures.figures(null, DRIFTED));
            RefitTriggers one = process(model);
            RefitTriggers other = process(model);
            RefitTriggers late = process(model);
            MarketClose close = next();
            race(
                    () -> one.closed(new CloseHandled(close)),
                    () -> other.closed(new CloseHandled(close)));
            RetrainingDecision start =
                    diary.decision(it -> it.model().equals(model) && it.refit() != null);
            diary.end(start.refit());
            // One that comes late, with what it knew before.
            other.closed(new CloseHandled(next()));
            one.closed(new CloseHandled(next()));
            late.closed(new CloseHandled(next()));
            one.drain();
            other.drain();
            late.drain();
            assertThat(await(() -> refits.refits(model, 10))).hasSize(1);
            assertThat(await(() -> store.decisions(model, 10)))
                    .filteredOn(it -> it.outcome().equals("START"))
                    .hasSize(1);
        }
    }

    @Test
    @Order(8)
    void decisionsAreKeptUpToABound() {
        declare("kept");
        await(() -> store.load("kept", now));
        for (int i = 0; i < TriggerStore.KEPT + 20; i++) {
            RefitDecision.Wait wait =
                    new RefitDecision.Wait("key-" + i, "because", Map.of("i", (double) i));
            assertThat(await(() -> store.waits("kept", now, wait))).isPresent();
        }
        List<RetrainingDecision> kept = await(() -> store.decisions("kept", 2 * TriggerStore.KEPT));
        assertThat(kept).hasSize(TriggerStore.KEPT);
        assertThat(kept.getFirst().key()).isEqualTo("key-519");
        assertThat(kept.getFirst().figures()).containsEntry("i", 519.0);
        RefitDecision.Wait again = new RefitDecision.Wait("key-519", "because", Map.of());
        assertThat(await(() -> store.waits("kept", now, again))).isEmpty();
    }

    /** Another memory on the same database, as another process has. */
    private RefitTriggers process(String model) {
        RefitTriggers process =
                new RefitTriggers(
                        clock,
                        store,
                        trainerStore,
                        registry,
                        candles,
                        refits,
                        refitHold,
                        hold,
                        figuresSource,
                        tradesSource,
                        news);
        process.loaded(new HistoryLoaded("simulated:7", FIVE, SYMBOLS, now.toEpochMilli()));
        ModelTriggers memory = process.model(model).orElseThrow();
        memory.counted(1_000);
        return process;
    }

    @Test
    @Order(9)
    void anImportedScheduleIsTheNextTraining() throws Exception {
        ObjectNode document =
                (ObjectNode) Json.mapper().readTree(given().get("/api/config/export").asString());
        String before = document.toString();
        RefitRules never = await(() -> store.rules(MODEL));
        RefitRules weekly = never.with(new RefitRules.Time(true, "weekly friday 22:00", "UTC"));
        document.withObject("/models/" + MODEL)
                .set("retraining", Json.mapper().valueToTree(weekly));
        given().contentType("application/json")
                .body(document.toString())
                .post("/api/config/import")
                .then()
                .statusCode(200);
        triggers.drain();
        Instant due =
                Schedule.parse("weekly friday 22:00", "UTC")
                        .next(triggers.model(MODEL).orElseThrow().history().anchor())
                        .orElseThrow();
        given().get("/api/trainer/status")
                .then()
                .statusCode(200)
                .body("next_training.model", equalTo(MODEL))
                .body("next_training.at", equalTo(due.toString()));
        given().contentType("application/json")
                .body(before)
                .post("/api/config/import")
                .then()
                .statusCode(200);
        triggers.drain();
        given().get("/api/trainer/status").then().body("next_training", nullValue());
    }

    @Test
    @Order(10)
    void everyRefitOfTheModelIsInItsRuns() {
        long failed =
                await(() -> refits.refits(MODEL, 100)).stream()
                        .filter(refit -> refit.state() == RefitState.FAILED)
                        .count();
        assertThat(failed).isGreaterThanOrEqualTo(4);
        given().get("/api/trainer/status")
                .then()
                .body("runs.find { it.name == 'simulated-5m' }.kind", equalTo("refit"))
                .body("runs.find { it.name == 'simulated-5m' }.successes", equalTo(0))
                .body("runs.find { it.name == 'simulated-5m' }.failures", equalTo((int) failed))
                .body(
                        "runs.find { it.name == 'simulated-5m' }.last_error",
                        containsString("nothing to train on"));
    }

    private static void race(Runnable one, Runnable other) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> both =
                    List.of(one, other).stream()
                            .<Future<?>>map(work ->
                                    threads.submit(() -> {
                                        start.await();
                                        work.run();
                                        return null;
                                    }))
                            .toList();
            for (Future<?> each : both) {
                each.get();
            }
        }
    }

    private void declare(String model) {
        await(() ->
                registry.declare(
                        ModelSpec.standard(model, new MarketSpec("simulated", List.of(), FIVE))));
    }

    private void close() {
        closeHandled.fire(new CloseHandled(next()));
    }

    /** At the time that is now; a moment later the next time. */
    private static MarketClose next() {
        Candle candle =
                new Candle(
                        SYMBOLS.getFirst(),
                        FIVE,
                        now.toEpochMilli() - FIVE.millis(),
                        1,
                        2,
                        1,
                        2,
                        10);
        return new MarketClose("simulated:7", now.toEpochMilli(), List.of(candle));
    }

    private static boolean of(RetrainingDecision decision, long refit) {
        return decision.refit() != null && decision.refit() == refit;
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
