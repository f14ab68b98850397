package io.auspex.backtest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.auspex.api.LiveService;
import io.auspex.backtest.VersionFiles.VersionFile;
import io.auspex.ensemble.PastEnsembles.LearnRequest;
import io.auspex.ensemble.PlayedMarkets;
import io.auspex.ensemble.PlayedMarkets.Market;
import io.auspex.ensemble.SwitchedOnEnsemble;
import io.auspex.ingest.CandleStore;
import io.auspex.language.FakeLanguageModel;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.serving.LiveFeatures;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Replayed;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalReplay;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ensemble over past closes, beside the service in which it spoke of them live. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class EnsembleBacktestTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final int HISTORY = 3 * 288;
    private static final int PART = 25;

    @Inject LiveService service;
    @Inject SwitchedOnEnsemble ensemble;
    @Inject SignalHub hub;
    @Inject ModelRegistry registry;
    @Inject CandleStore candles;
    @Inject LiveFeatures features;
    @Inject PlayedMarkets markets;
    @Inject EnsemblePlanner planner;
    @Inject EnsembleSpeakers speakers;
    @Inject BacktestService backtests;
    @Inject SignalReplay replay;

    @AfterEach
    void off() {
        ensemble.set(
                new TreeMap<>(
                        Map.of(
                                "trading_ai",
                                0.25,
                                "lava_ai",
                                0.35,
                                "lgbm_ai",
                                0.4,
                                "mistral_ai",
                                0.0)));
        ensemble.off();
    }

    /** Versions, weights and the calibration of the rules change, each in the middle of the run. */
    private List<Signal> live(Market market) {
        List<Signal> heard = new ArrayList<>();
        try (SignalHub.Subscription subscription =
                hub.subscribe(
                        _ -> {},
                        news ->
                                news.stream()
                                        .filter(signal -> signal.model().equals("ensemble"))
                                        .forEach(heard::add))) {
            features.follow(market.feed, FIVE);
            ensemble.on(market.loaded(), List.of());
            for (int part = 0; part < 4; part++) {
                switch (part) {
                    case 0 -> service.promote(market.model, market.spec, -3f);
                    case 1 -> {
                        service.promote(market.model, market.spec, -2.5f);
                        service.promote(market.model + "-forest", market.spec, -3.1f);
                    }
                    case 2 ->
                            ensemble.set(
                                    new TreeMap<>(
                                            Map.of(
                                                    "trading_ai",
                                                    0.5,
                                                    "lava_ai",
                                                    0.1,
                                                    "lgbm_ai",
                                                    0.2,
                                                    "mistral_ai",
                                                    0.0)));
                    default -> {
                        ensemble.calibrate(market.loaded(), market.last());
                        ensemble.on(market.loaded(), List.of());
                    }
                }
                for (int n = 0; n < PART; n++) {
                    market.close();
                }
            }
            assertThat(subscription).isNotNull();
        }
        return heard;
    }

    private static BacktestRequest request(
            String feed,
            @Nullable String version,
            @Nullable Map<String, String> members,
            @Nullable Map<String, Double> weights,
            @Nullable LearnRequest learn) {
        return new BacktestRequest(
                "ensemble",
                version,
                null,
                null,
                null,
                feed,
                null,
                null,
                null,
                true,
                null,
                null,
                null,
                5,
                members,
                weights,
                learn);
    }

    private VersionFile file(String model, int number) {
        ModelVersion version = Await.item(() -> registry.version(model, number)).orElseThrow();
        return new VersionFile(
                number,
                version.unproven(),
                version.report(),
                Await.item(() -> registry.artefact(model, number)));
    }

    /** Hears everything, and is killed at a checkpoint when it is told to. */
    private static final class Ear implements BacktestEngine.Sink {
        private final List<PendingSignal> said = new ArrayList<>();
        private final List<PaperTrade> trades = new ArrayList<>();
        private @Nullable RunState kept;
        private int left = Integer.MAX_VALUE;

        @Override
        public boolean wantsCheckpoint() {
            return true;
        }

        @Override
        public void checkpoint(RunState state, List<PaperTrade> closed, List<EquityDay> days)
                throws InterruptedException {
            kept = state;
            trades.addAll(closed);
            if (--left == 0) {
                throw new InterruptedException("killed");
            }
        }

        @Override
        public void signals(MarketClose close, List<PendingSignal> decided) {
            said.addAll(decided);
        }
    }

    private RunState run(BacktestPlan plan, RunState begin, int chunk, Ear ear) throws Exception {
        try (Speaker speaker =
                speakers.speaker(plan, plan.versions().ensemble(), begin, this::file)) {
            return new BacktestEngine(plan, candles, speaker, begin, chunk, ear).run();
        }
    }

    private static Map<Head, Long> bits(Map<Head, Double> heads) {
        return heads.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                head -> Double.doubleToRawLongBits(head.getValue())));
    }

    @Test
    void aBacktestOfTheEnsembleAndTheLiveRunSayTheSameBitForBit() throws Exception {
        Market market = markets.market("past-equal", 31, HISTORY);
        List<Signal> live = live(market);
        assertThat(live).hasSize(4 * PART * 2);
        BacktestPlan plan =
                planner.plan(request(market.feed, BacktestRequest.AS_IT_WAS, null, null, null));
        VersionPlan.Ensemble members = plan.versions().ensemble();
        assertThat(members.members())
                .extracting(VersionPlan.MemberStages::member)
                .containsExactly("lava_ai", "lgbm_ai");
        assertThat(members.members().get(1).stages()).hasSize(2);
        assertThat(members.terms().weights()).hasSize(2);
        assertThat(members.terms().rules()).hasSize(2);
        Ear ear = new Ear();
        RunState end = run(plan, RunState.fresh(plan), 7, ear);
        assertThat(ear.said).hasSize(live.size());
        for (int i = 0; i < live.size(); i++) {
            PendingSignal past = ear.said.get(i);
            Signal now = live.get(i);
            assertThat(past.symbol()).isEqualTo(now.symbol());
            assertThat(past.closeTimeMillis()).isEqualTo(now.closeTime().toEpochMilli());
            assertThat(past.decision().reason()).isEqualTo(now.reason());
            assertThat(past.version()).isEqualTo(now.version());
            assertThat(past.schemaHash()).isEqualTo(now.schemaHash());
            assertThat(past.decision().action()).isEqualTo(now.action());
            assertThat(past.decision().confidence()).isEqualTo(now.confidence());
            assertThat(past.unproven()).isEqualTo(now.unproven());
            assertThat(bits(past.heads())).isEqualTo(bits(now.heads())).hasSize(4);
        }
        // All members spoke in the end, and only some at first.
        assertThat(live.getFirst().reason()).contains("trading_ai 38.5 %", "without lava_ai");
        assertThat(live.getLast().reason()).contains("trading_ai 62.5 %", "lava_ai 12.5 %");
        // Today's champions over the same closes are something else.
        BacktestPlan today = planner.plan(request(market.feed, null, null, null, null));
        assertThat(today.from()).isBefore(plan.from());
        // The way over the service says the same, too.
        Backtest done = await(request(market.feed, BacktestRequest.AS_IT_WAS, null, null, null));
        BacktestReport report = backtests.report(done.id());
        assertThat(report.signalsSha256()).isEqualTo(end.signalsSha256());
        assertThat(report.ensemble().before()).containsEntry("lava_ai", 0.35);
        assertThat(report.ensemble().after()).containsEntry("lava_ai", 0.1);
        assertThat(report.versions()).hasSize(3);
        assertThat(backtests.page(done.id())).contains("lava_ai: ");
    }

    @Test
    void weightsThatLearnAlongTheWayEndWithTheSameBitsWhenTheRunWasKilled() throws Exception {
        Market market = markets.market("past-learning", 32, HISTORY);
        service.promote(market.model, market.spec, -3f);
        service.promote(market.model + "-forest", market.spec, -2f);
        BacktestRequest asked =
                new BacktestRequest(
                        "ensemble",
                        null,
                        null,
                        null,
                        null,
                        market.feed,
                        null,
                        null,
                        null,
                        true,
                        BacktestEngineTest.TINY_RULE,
                        null,
                        null,
                        0,
                        Map.of("lgbm_ai", "1"),
                        Map.of("trading_ai", 1.0, "lava_ai", 1.0, "lgbm_ai", 2.0),
                        new LearnRequest(0.1, null, null));
        BacktestPlan plan = planner.plan(asked);
        Ear whole = new Ear();
        RunState end = run(plan, RunState.fresh(plan), 50, whole);
        BacktestReport report =
                BacktestReport.of(
                        1, "backtest", false, plan, end, List.of(), null, null, List.of());
        assertThat(report.ensemble().before().get("lgbm_ai")).isCloseTo(0.5, within(1e-9));
        assertThat(report.ensemble().before()).hasSize(3);
        assertThat(report.ensemble().learning().trades()).isGreaterThan(20);
        assertThat(report.ensemble().after()).isNotEqualTo(report.ensemble().before());
        // What was learnt decides: the shares are named in the reason.
        assertThat(whole.said.getFirst().decision().reason()).contains("without");
        assertThat(
                        whole.said.stream()
                                .map(signal -> signal.decision().reason().replaceAll("^[^;]*", ""))
                                .distinct()
                                .count())
                .isGreaterThan(5);

        Ear first = new Ear();
        first.left = 6;
        assertThatThrownBy(() -> run(plan, RunState.fresh(plan), 50, first))
                .isInstanceOf(InterruptedException.class);
        RunState kept =
                Json.mapper()
                        .readValue(Json.mapper().writeValueAsString(first.kept), RunState.class);
        Ear second = new Ear();
        RunState resumed = run(plan, kept, 31, second);
        assertThat(resumed.signalsSha256()).isEqualTo(end.signalsSha256());
        assertThat(resumed.ensemble()).isEqualTo(end.ensemble());
        List<PaperTrade> both = new ArrayList<>(first.trades);
        both.addAll(second.trades);
        assertThat(both).isEqualTo(whole.trades).isNotEmpty();
    }

    /** It is asked once, live; whoever looks back takes what it said from the ledger. */
    @Test
    void whatALanguageModelSaidIsTakenFromTheLedgerAndNeverAskedForAgain(@TempDir Path folder)
            throws Exception {
        Market market = markets.market("past-language", 34, HISTORY);
        service.promote(market.model, market.spec, -3f);
        ensemble.set(
                new TreeMap<>(
                        Map.of(
                                "trading_ai",
                                0.3,
                                "lava_ai",
                                0.0,
                                "lgbm_ai",
                                0.4,
                                "mistral_ai",
                                0.3)));
        Instant before = Instant.ofEpochMilli(market.last());
        List<Signal> live = new ArrayList<>();
        BacktestPlan plan;
        try (FakeLanguageModel model = FakeLanguageModel.start();
                SignalHub.Subscription subscription =
                        hub.subscribe(
                                _ -> {},
                                news ->
                                        news.stream()
                                                .filter(s -> s.model().equals("ensemble"))
                                                .forEach(live::add))) {
            assertThat(subscription).isNotNull();
            features.follow(market.feed, FIVE);
            ensemble.on(market.loaded(), List.of(model.member("good", candles, folder)));
            for (int n = 0; n < 6; n++) {
                market.close();
            }
            ensemble.off();
            assertThat(model.asked()).isEqualTo(12);
            plan = planner.plan(request(market.feed, BacktestRequest.AS_IT_WAS, null, null, null));
            Ear ear = new Ear();
            RunState _ = run(plan, RunState.fresh(plan), 4, ear);
            assertThat(ear.said).hasSize(12).hasSameSizeAs(live);
            for (int i = 0; i < live.size(); i++) {
                assertThat(ear.said.get(i).decision().reason())
                        .isEqualTo(live.get(i).reason())
                        .contains("mistral_ai 30.0 %");
                assertThat(ear.said.get(i).schemaHash()).isEqualTo(live.get(i).schemaHash());
                assertThat(ear.said.get(i).unproven()).isEqualTo(live.get(i).unproven()).isTrue();
                assertThat(bits(ear.said.get(i).heads())).isEqualTo(bits(live.get(i).heads()));
            }
            Replayed replayed = Await.item(() -> replay.replay(live.getFirst().id()));
            assertThat(replayed.differences()).isEmpty();
            assertThat(replayed.notes())
                    .singleElement()
                    .asString()
                    .startsWith("mistral_ai is not asked again: its answer (version 1, SHA-256 ");
            assertThat(model.asked()).isEqualTo(12);
        }
        assertThat(plan.versions().ensemble().terms().recorded())
                .isEqualTo(Map.of("mistral_ai", 6L));
        assertThat(plan.versions().ensemble().terms().leftOut()).isEmpty();
        given().get("/api/signals/" + live.getFirst().id())
                .then()
                .statusCode(200)
                .body(
                        "receipt.members.find { it.name == 'mistral_ai' }.recorded.reason",
                        equalTo("rising"))
                .body("receipt.members.find { it.name == 'trading_ai' }.recorded", nullValue());
        // Of the time before there is nothing of it, and the plan says so.
        BacktestPlan earlier =
                planner.plan(
                        new BacktestRequest(
                                "ensemble",
                                null,
                                null,
                                null,
                                null,
                                market.feed,
                                null,
                                null,
                                before,
                                true,
                                null,
                                null,
                                null,
                                null,
                                null,
                                Map.of("lgbm_ai", 1.0, "mistral_ai", 1.0),
                                null));
        assertThat(earlier.versions().ensemble().terms().leftOut())
                .hasEntrySatisfying(
                        "mistral_ai",
                        why -> assertThat(why).contains("no answer of it is recorded"));
    }

    @Test
    void whatCannotBeLookedAtIsRefusedWithWhatToDo() {
        Market market = markets.market("past-refused", 33, HISTORY);
        refused(request(market.feed, BacktestRequest.AS_IT_WAS, null, null, null))
                .hasMessageContaining("--ensemble.enabled=true");
        refused(request(market.feed, "3", null, null, null))
                .hasMessageContaining("champion or as_it_was");
        refused(request(market.feed, null, Map.of("trading_ai", "1"), null, null))
                .hasMessageContaining("trading_ai is no member with a weight and a model");
        refused(request(market.feed, null, Map.of("lgbm_ai", "1"), null, null))
                .hasMessageContaining("no model past-refused-5m of lgbm_ai speaks for");
        refused(request(market.feed, null, null, Map.of("lgbm_ai", -1.0), null))
                .hasMessageContaining("0 or more");
        refused(request(market.feed, null, null, Map.of("lgbm_ai", 0.0), null))
                .hasMessageContaining("not all weights may be 0");
        refused(request(market.feed, null, null, null, new LearnRequest(null, null, null)))
                .hasMessageContaining("2 members or more");
        service.promote(market.model, market.spec, -3f);
        BacktestRequest unseen =
                new BacktestRequest(
                        "ensemble",
                        null,
                        null,
                        null,
                        null,
                        market.feed,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
        refused(unseen).hasMessageContaining("does not say what it was trained on");
        BacktestRequest single =
                new BacktestRequest(
                        market.model,
                        null,
                        null,
                        null,
                        null,
                        market.feed,
                        null,
                        null,
                        null,
                        true,
                        null,
                        null,
                        null,
                        null,
                        null,
                        Map.of("lgbm_ai", 1.0),
                        null);
        refused(single).hasMessageContaining("are of the ensemble");
    }

    private AbstractThrowableAssert<?, ?> refused(BacktestRequest request) {
        return assertThatThrownBy(() -> backtests.submit(request));
    }

    private Backtest await(BacktestRequest request) {
        long id = backtests.submit(request).id();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!backtests.require(id).state().isEnd() && System.nanoTime() < until) {
            LockSupport.parkNanos(20_000_000);
        }
        Backtest ended = backtests.require(id);
        assertThat(ended.state())
                .as(String.valueOf(ended.reason()))
                .isEqualTo(BacktestState.SUCCEEDED);
        return ended;
    }
}
