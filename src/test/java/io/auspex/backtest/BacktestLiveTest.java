package io.auspex.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.api.LiveService;
import io.auspex.backtest.VersionFiles.VersionFile;
import io.auspex.feedback.RangeGuards;
import io.auspex.ingest.CandleStore;
import io.auspex.market.MarketClose;
import io.auspex.model.Head;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.signals.Action;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalPipeline;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backtest beside the running service: the same candles, the same versions, the same signals. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class BacktestLiveTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject LiveService service;
    @Inject SignalHub hub;
    @Inject SignalPipeline pipeline;
    @Inject ModelRegistry registry;
    @Inject CandleStore candles;
    @Inject RangeGuards guards;
    @Inject BacktestService backtests;
    @Inject BacktestStore store;
    @Inject BacktestArchive archive;
    @Inject BacktestRunner runner;
    @Inject DryRuns dryRuns;

    @BeforeEach
    void warmUp() {
        service.warmUp();
    }

    /** What a live run said, with the closes at which versions took over. */
    private record Live(
            String model, List<Signal> signals, List<VersionPlan.Stage> stages, Instant to) {

        Instant from() {
            return stages.getFirst().from();
        }
    }

    /** Two versions, the second promoted in the middle of the run. */
    private Live live(String model, int closes) {
        List<Signal> heard = new ArrayList<>();
        List<VersionPlan.Stage> stages = new ArrayList<>();
        Instant to = Instant.EPOCH;
        try (SignalHub.Subscription subscription =
                hub.subscribe(
                        _ -> {},
                        news ->
                                news.stream()
                                        .filter(signal -> signal.model().equals(model))
                                        .forEach(heard::add))) {
            for (float bias : new float[] {-3f, -3.1f}) {
                ModelVersion version = service.promote(model, bias);
                for (int n = 0; n < closes; n++) {
                    to = Instant.ofEpochMilli(service.close().closeTimeMillis());
                    if (n == 0) {
                        stages.add(new VersionPlan.Stage(version.version(), to, Instant.EPOCH));
                    }
                }
            }
            assertThat(subscription).isNotNull();
        }
        return new Live(model, heard, stages, to);
    }

    private BacktestPlan plan(Live live, DecisionRule rule) {
        return new BacktestPlan(
                live.model(),
                LiveService.FEED,
                LiveService.MARKET.timeframe(),
                LiveService.SYMBOLS,
                live.from(),
                live.to(),
                new VersionPlan(live.stages(), null),
                rule,
                new PaperRules(
                        FillPrice.NEXT_OPEN,
                        4,
                        0.01,
                        true,
                        0.0005,
                        0.0002,
                        2,
                        0.5,
                        true,
                        true,
                        1_000),
                false,
                1,
                20);
    }

    private VersionFile file(String model, int number) {
        ModelVersion version = Await.item(() -> registry.version(model, number)).orElseThrow();
        return new VersionFile(
                number,
                version.unproven(),
                version.report(),
                Await.item(() -> registry.artefact(model, number)));
    }

    private static Map<Head, Long> bits(Map<Head, Double> heads) {
        return heads.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                head -> Double.doubleToRawLongBits(head.getValue())));
    }

    @Test
    void aBacktestAndALiveRunOverTheSameCandlesSayTheSameBitForBit() throws Exception {
        Live live = live("backtest-equal", 25);
        List<PendingSignal> said = new ArrayList<>();
        BacktestPlan plan = plan(live, pipeline.rule());
        RunState end;
        try (VersionSource versions =
                new StagedVersions(plan, number -> file(live.model(), number), guards)) {
            end =
                    new BacktestEngine(
                                    plan,
                                    candles,
                                    versions,
                                    RunState.fresh(plan),
                                    7,
                                    new BacktestEngine.Sink() {
                                        @Override
                                        public boolean wantsCheckpoint() {
                                            return false;
                                        }

                                        @Override
                                        public void checkpoint(
                                                RunState state,
                                                List<PaperTrade> trades,
                                                List<EquityDay> days) {}

                                        @Override
                                        public void signals(
                                                MarketClose close, List<PendingSignal> decided) {
                                            said.addAll(decided);
                                        }
                                    })
                            .run();
        }
        assertThat(said).hasSize(live.signals().size()).hasSize(150);
        assertThat(said).extracting(PendingSignal::version).contains(1, 2);
        for (int i = 0; i < said.size(); i++) {
            PendingSignal past = said.get(i);
            Signal now = live.signals().get(i);
            assertThat(past.symbol()).isEqualTo(now.symbol());
            assertThat(past.closeTimeMillis()).isEqualTo(now.closeTime().toEpochMilli());
            assertThat(past.version()).isEqualTo(now.version());
            assertThat(past.schemaHash()).isEqualTo(now.schemaHash());
            assertThat(past.decision().action())
                    .isEqualTo(now.action())
                    .isNotEqualTo(Action.ABSTAIN);
            assertThat(past.decision().reason()).isEqualTo(now.reason());
            assertThat(past.decision().confidence()).isEqualTo(now.confidence());
            assertThat(bits(past.heads())).isEqualTo(bits(now.heads())).hasSize(4);
        }
        // The way over the service says the same, too.
        Backtest done = await(submit(live, null).id());
        assertThat(backtests.report(done.id()).signalsSha256()).isEqualTo(end.signalsSha256());
    }

    private Backtest submit(Live live, DecisionRule rule) {
        return backtests.submit(
                new BacktestRequest(
                        live.model(),
                        null,
                        live.stages().stream()
                                .map(stage ->
                                        new BacktestRequest.StageRequest(
                                                String.valueOf(stage.version()), stage.from()))
                                .toList(),
                        null,
                        null,
                        LiveService.FEED,
                        null,
                        live.from(),
                        live.to(),
                        true,
                        rule,
                        new BacktestRequest.PaperRequest(
                                null, 4, 0.01, null, null, null, 2, 0.5, null, null, 1_000.0),
                        null,
                        20));
    }

    @Test
    void aRunThatItsProcessHasLeftIsFinishedByAnotherLikeOneThatWasNotLeft() throws Exception {
        Live live = live("backtest-left", 40);
        Backtest whole = await(submit(live, BacktestEngineTest.TINY_RULE).id());
        assertThat(whole.state()).isEqualTo(BacktestState.SUCCEEDED);
        BacktestReport expected = backtests.report(whole.id());
        assertThat(expected.figures().trades()).isGreaterThan(10);

        // Another process gets half of the way and dies: its lease runs out.
        BacktestPlan plan = whole.plan();
        long id = 0;
        ClaimedBacktest claim = null;
        while (claim == null || claim.id() != id) {
            id = store.insert(plan, 20).orElseThrow();
            claim = store.claim("another process", Duration.ofMinutes(1)).orElse(null);
        }
        long left = id;
        long middle = live.stages().get(1).from().toEpochMilli();
        try (VersionSource versions =
                new StagedVersions(plan, number -> file(live.model(), number), guards)) {
            new BacktestEngine(
                            plan,
                            candles,
                            versions,
                            RunState.fresh(plan),
                            7,
                            new BacktestEngine.Sink() {
                                @Override
                                public boolean wantsCheckpoint() {
                                    return true;
                                }

                                @Override
                                public void checkpoint(
                                        RunState state,
                                        List<PaperTrade> trades,
                                        List<EquityDay> days)
                                        throws InterruptedException {
                                    assertThat(
                                                    store.progress(
                                                            left,
                                                            "another process",
                                                            Duration.ofMillis(1),
                                                            state,
                                                            trades,
                                                            days))
                                            .isTrue();
                                    if (state.positionMillis() > middle) {
                                        throw new InterruptedException("killed");
                                    }
                                }
                            })
                    .run();
            throw new AssertionError("it should have been killed");
        } catch (InterruptedException killed) {
            runner.wake();
        }
        Backtest finished = await(id);
        assertThat(finished.attempt()).isEqualTo(2);
        BacktestReport report = backtests.report(id);
        assertThat(report.figures()).isEqualTo(expected.figures());
        assertThat(report.equity()).isEqualTo(expected.equity());
        assertThat(report.symbols()).isEqualTo(expected.symbols());
        assertThat(report.months()).isEqualTo(expected.months());
        assertThat(report.random()).isEqualTo(expected.random());
        assertThat(report.signalsSha256()).isEqualTo(expected.signalsSha256());
        assertThat(archive.trades(id, 0)).isEqualTo(archive.trades(whole.id(), 0));
        // The same plan again is no second trial.
        assertThat(report.deflated()).isEqualTo(expected.deflated());
        // Whoever lost the lease cannot write any more.
        assertThat(store.end(id, "another process", BacktestState.FAILED, "late", null)).isFalse();
    }

    @Test
    void aDryRunTradesByTheLedgerLikeABacktestAndGoesOnFromWhereItWas() {
        Live live = live("backtest-dry", 6);
        awaitTrue(
                () -> dry(live.model()).stream().anyMatch(run -> live.to().equals(run.position())));
        Backtest run = dry(live.model()).getFirst();
        assertThat(run.kind()).isEqualTo(BacktestKind.DRY_RUN);
        assertThat(run.state()).isEqualTo(BacktestState.RUNNING);
        BacktestReport report = backtests.report(run.id());
        assertThat(report.running()).isTrue();
        assertThat(report.actions()).isEqualTo(Map.of("HOLD", 36L));
        assertThat(report.to()).isEqualTo(live.to());
        assertThat(backtests.live(live.model()).id()).isEqualTo(run.id());

        // Nothing is counted twice, and nothing is missed, however often it looks.
        dryRuns.pass();
        service.close();
        dryRuns.pass();
        assertThat(backtests.report(run.id()).actions()).isEqualTo(Map.of("HOLD", 39L));

        // Another one, by other rules, from the next close on.
        Backtest next =
                backtests.dryRun(
                        live.model(),
                        new BacktestRequest.PaperRequest(
                                null, null, null, null, null, null, null, null, null, false, null));
        assertThat(next.id()).isNotEqualTo(run.id());
        assertThat(next.plan().rules().shorts()).isFalse();
        assertThat(backtests.require(run.id()).state()).isEqualTo(BacktestState.CANCELLED);
        MarketClose close = service.close();
        dryRuns.pass();
        BacktestReport begun = backtests.report(next.id());
        assertThat(begun.actions()).isEqualTo(Map.of("HOLD", 3L));
        assertThat(begun.to()).isEqualTo(Instant.ofEpochMilli(close.closeTimeMillis()));
    }

    private List<Backtest> dry(String model) {
        return archive.dryRuns().stream().filter(run -> run.model().equals(model)).toList();
    }

    private Backtest await(long id) {
        awaitTrue(() -> backtests.require(id).state().isEnd());
        Backtest ended = backtests.require(id);
        assertThat(ended.state())
                .as(String.valueOf(ended.reason()))
                .isEqualTo(BacktestState.SUCCEEDED);
        return ended;
    }

    private static void awaitTrue(Supplier<Boolean> condition) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("not within " + PATIENCE);
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }
}
