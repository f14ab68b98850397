package io.auspex.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.backtest.VersionFiles.VersionFile;
import io.auspex.feedback.RangeGuards;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.FeatureProfile;
import io.auspex.model.MarketSpec;
import io.auspex.platform.Json;
import io.auspex.serving.TinyModels;
import io.auspex.signals.Action;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.PendingSignal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BacktestEngineTest {

    private static final String[] SYMBOLS = {"AAA", "BBB", "CCC"};

    /** What a tiny model with a bias of -3 passes about every other time, to sell. */
    static final DecisionRule TINY_RULE = new DecisionRule(0.0195, 0.001, 0, 1);

    private static final PaperRules RULES =
            new PaperRules(
                    FillPrice.NEXT_OPEN, 6, 0.01, true, 0.0005, 0.0002, 2, 0.5, true, true, 1_000);

    private final MadeMarket market = MadeMarket.walk(8, 900, SYMBOLS);

    private static TinyModels tiny(int version) {
        return TinyModels.tiny()
                .named("tiny")
                .market(new MarketSpec(MadeMarket.FEED, List.of(), MadeMarket.TIMEFRAME))
                .bias(version == 1 ? -3 : -3.1f);
    }

    private static VersionFile file(int version) {
        return new VersionFile(version, false, tiny(version).report(), tiny(version).onnx());
    }

    private static BacktestPlan plan(
            int from, int to, List<VersionPlan.Stage> stages, String... symbols) {
        return new BacktestPlan(
                "tiny",
                MadeMarket.FEED,
                MadeMarket.TIMEFRAME,
                List.of(symbols).stream().map(Symbol::new).toList(),
                MadeMarket.at(from),
                MadeMarket.at(to),
                new VersionPlan(stages, null),
                TINY_RULE,
                RULES,
                false,
                1,
                20);
    }

    private static VersionPlan.Stage stage(int version, int from, @Nullable Instant trainedTo) {
        return new VersionPlan.Stage(version, MadeMarket.at(from), trainedTo);
    }

    /** Keeps everything, and stops at a checkpoint when it is told to. */
    private static final class Diary implements BacktestEngine.Sink {
        private final List<PaperTrade> trades = new ArrayList<>();
        private final List<EquityDay> days = new ArrayList<>();
        private final List<PendingSignal> signals = new ArrayList<>();
        private String json = "";
        private int checkpoints;
        private int stopAt = Integer.MAX_VALUE;

        @Override
        public boolean wantsCheckpoint() {
            return true;
        }

        @Override
        public void checkpoint(RunState state, List<PaperTrade> closed, List<EquityDay> ended)
                throws InterruptedException {
            trades.addAll(closed);
            days.addAll(ended);
            try {
                json = Json.mapper().writeValueAsString(state);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
            if (++checkpoints == stopAt) {
                throw new InterruptedException("killed");
            }
        }

        @Override
        public void signals(MarketClose close, List<PendingSignal> decided) {
            signals.addAll(decided);
        }

        RunState state() throws JsonProcessingException {
            return Json.mapper().readValue(json, RunState.class);
        }
    }

    private RunState run(BacktestPlan plan, RunState begin, int chunk, Diary diary)
            throws Exception {
        try (VersionSource versions =
                new StagedVersions(plan, BacktestEngineTest::file, new RangeGuards(0.25, 0.02))) {
            return new BacktestEngine(plan, market, versions, begin, chunk, diary).run();
        }
    }

    @Test
    void aRunThatIsKilledAgainAndAgainEndsLikeOneThatIsNot() throws Exception {
        BacktestPlan plan =
                plan(
                        100,
                        899,
                        List.of(stage(1, 100, Instant.EPOCH), stage(2, 500, Instant.EPOCH)),
                        SYMBOLS);
        Diary whole = new Diary();
        RunState end = run(plan, RunState.fresh(plan), 1_000, whole);
        assertThat(whole.trades).hasSizeGreaterThan(20);
        assertThat(whole.signals).extracting(PendingSignal::version).contains(1, 2);
        assertThat(end.actions()).containsKeys("SELL", "HOLD");

        Diary parts = new Diary();
        RunState state = RunState.fresh(plan);
        int kills = 0;
        while (true) {
            parts.stopAt = parts.checkpoints + 3;
            try {
                state = run(plan, state, 41, parts);
                break;
            } catch (InterruptedException killed) {
                kills++;
                state = parts.state();
            }
        }
        assertThat(kills).isGreaterThan(4);
        assertThat(state).isEqualTo(end);
        assertThat(parts.trades).isEqualTo(whole.trades);
        assertThat(parts.days).isEqualTo(whole.days);
        assertThat(parts.signals).isEqualTo(whole.signals);
    }

    @Test
    void whatHappensLaterDoesNotChangeWhatWasSaid() throws Exception {
        List<VersionPlan.Stage> stages = List.of(stage(1, 100, Instant.EPOCH));
        Diary longer = new Diary();
        run(
                plan(100, 600, stages, SYMBOLS),
                RunState.fresh(plan(100, 600, stages, SYMBOLS)),
                500,
                longer);
        Diary shorter = new Diary();
        run(
                plan(100, 400, stages, SYMBOLS),
                RunState.fresh(plan(100, 400, stages, SYMBOLS)),
                500,
                shorter);
        assertThat(longer.signals.subList(0, shorter.signals.size())).isEqualTo(shorter.signals);
        // Another beginning, too: features come from what was before.
        Diary later = new Diary();
        List<VersionPlan.Stage> from = List.of(stage(1, 300, Instant.EPOCH));
        run(
                plan(300, 400, from, SYMBOLS),
                RunState.fresh(plan(300, 400, from, SYMBOLS)),
                500,
                later);
        assertThat(shorter.signals).endsWith(later.signals.toArray(PendingSignal[]::new));
        assertThat(later.signals.getFirst().decision().action()).isNotEqualTo(Action.ABSTAIN);
    }

    @Test
    void closesThatTheVersionWasTrainedOnAreCounted() throws Exception {
        BacktestPlan plan = plan(100, 299, List.of(stage(1, 100, MadeMarket.at(149))), "AAA");
        Diary diary = new Diary();
        RunState end = run(plan, RunState.fresh(plan), 64, diary);
        assertThat(end.rows()).isEqualTo(200);
        assertThat(end.inSample()).isEqualTo(50);
        BacktestReport report =
                BacktestReport.of(
                        1, "backtest", false, plan, end, diary.days, null, null, List.of());
        assertThat(report.inSample()).isEqualTo(0.25);
        BacktestPlan untold = plan(100, 299, List.of(stage(1, 100, null)), "AAA");
        assertThat(run(untold, RunState.fresh(untold), 64, new Diary()).inSample()).isEqualTo(200);
    }

    @Test
    void onlyTheChosenSymbolsAreTradedAndTheirSignalsAreTheSame() throws Exception {
        List<VersionPlan.Stage> stages = List.of(stage(1, 100, Instant.EPOCH));
        Diary all = new Diary();
        run(
                plan(100, 300, stages, SYMBOLS),
                RunState.fresh(plan(100, 300, stages, SYMBOLS)),
                64,
                all);
        Diary one = new Diary();
        BacktestPlan plan = plan(100, 300, stages, "BBB");
        run(plan, RunState.fresh(plan), 64, one);
        Symbol symbol = new Symbol("BBB");
        assertThat(one.signals)
                .isEqualTo(
                        all.signals.stream()
                                .filter(signal -> signal.symbol().equals(symbol))
                                .toList());
        assertThat(one.trades).allMatch(trade -> trade.symbol().equals(symbol));
    }

    @Test
    void aRowBeyondWhatTrainingSawAbstainsAsItDoesLive() throws Exception {
        BacktestPlan plan = plan(100, 200, List.of(stage(1, 100, Instant.EPOCH)), "AAA");
        ObjectNode report = tiny(1).report().deepCopy();
        report.set("profile", Json.mapper().valueToTree(LOW_RSI));
        Diary diary = new Diary();
        try (VersionSource versions =
                new StagedVersions(
                        plan,
                        number -> new VersionFile(number, false, report, tiny(1).onnx()),
                        new RangeGuards(0.25, 0.02))) {
            var _ =
                    new BacktestEngine(plan, market, versions, RunState.fresh(plan), 64, diary)
                            .run();
        }
        assertThat(diary.signals)
                .isNotEmpty()
                .allSatisfy(signal -> {
                    assertThat(signal.decision().action()).isEqualTo(Action.ABSTAIN);
                    assertThat(signal.decision().reason())
                            .startsWith("out of distribution: 1 of 3");
                    assertThat(signal.heads()).hasSize(4);
                });
    }

    /** An RSI that was never above 2. */
    private static final FeatureProfile LOW_RSI =
            new FeatureProfile(
                    100,
                    Map.of(
                            "rsi_14@5m",
                            new FeatureProfile.Feature(
                                    List.of(1f), List.of(0.5, 0.5), 0, 2, 0, null, null)));
}
