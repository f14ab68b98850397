package io.auspex.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.backtest.RunState.Walk;
import io.auspex.features.Family;
import io.auspex.features.FeatureDeclaration;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.feedback.RangeGuards;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.retraining.PastRefits.Champion;
import io.auspex.retraining.PastRefits.Order;
import io.auspex.retraining.PastRefits.Result;
import io.auspex.serving.TinyModels;
import io.auspex.signals.PendingSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Refits on schedule, with a trainer that is not asked to learn anything. */
class RefittedVersionsTest {

    private static final MarketSpec MARKET =
            new MarketSpec(MadeMarket.FEED, List.of(), MadeMarket.TIMEFRAME);

    /** Refuses the first, promotes the second, cannot make the third, promotes the others. */
    private static final class Trainer implements RefittedVersions.Refitting {

        private final List<Order> orders = new ArrayList<>();
        private final Map<Integer, Instant> dues = new HashMap<>();
        private final Map<Integer, Champion> kept = new HashMap<>();
        private Walk walk = Walk.BEGIN;

        @Override
        public Result refit(Order order, int number) {
            orders.add(order);
            return switch (number) {
                case 1 -> new Result.Rejected("no better than chance");
                case 3 -> new Result.Failed("nothing to train on");
                default -> {
                    TinyModels tiny =
                            TinyModels.tiny().named("tiny").market(MARKET).bias(-3 - number / 100f);
                    yield new Result.Promoted(
                            "better",
                            new Champion(number, false, tiny.report(), tiny.onnx(), null));
                }
            };
        }

        @Override
        public void decided(int number, Instant due, Result result, Walk after) {
            dues.put(number, due);
            walk = after;
            if (result instanceof Result.Promoted promoted) {
                kept.put(number, promoted.champion());
            }
        }

        @Override
        public Champion champion(int number) {
            return kept.get(number);
        }
    }

    private static BacktestPlan plan(int most) {
        return plan(most, ModelSpec.standard("tiny", MARKET));
    }

    private static BacktestPlan plan(int most, ModelSpec spec) {
        return new BacktestPlan(
                "tiny",
                MadeMarket.FEED,
                MadeMarket.TIMEFRAME,
                List.of(new Symbol("AAA")),
                MadeMarket.at(200),
                MadeMarket.at(700),
                new VersionPlan(List.of(), new VersionPlan.Refits(spec, "every 10h", "UTC", most)),
                BacktestEngineTest.TINY_RULE,
                new PaperRules(FillPrice.NEXT_OPEN, 6, 0, true, 0, 0, 1, 1, true, true, 1_000),
                false,
                1,
                0);
    }

    private static List<PendingSignal> run(
            BacktestPlan plan, MadeMarket market, Trainer trainer, RunState begin, int until)
            throws Exception {
        List<PendingSignal> said = new ArrayList<>();
        try (RefittedVersions versions =
                new RefittedVersions(
                        7,
                        plan,
                        plan.versions().refits(),
                        begin.walk(),
                        market,
                        new RangeGuards(0.25, 0.02),
                        trainer)) {
            new BacktestEngine(
                            plan,
                            market,
                            versions,
                            begin,
                            25,
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
                                    last = state;
                                    if (state.positionMillis() >= MadeMarket.close(until)) {
                                        throw new InterruptedException("killed");
                                    }
                                }

                                @Override
                                public void signals(
                                        MarketClose close, List<PendingSignal> decided) {
                                    said.addAll(decided);
                                }
                            })
                    .run();
        } catch (InterruptedException killed) {
            // That was asked for.
        }
        return said;
    }

    private static RunState last;

    /** Its first row has the features that it had live. */
    @Test
    void aRefitGetsWhatItsFirstRowNeeds() throws Exception {
        MadeMarket market = MadeMarket.walk(8, 1_200, "AAA", "BBB");
        ModelSpec standard = ModelSpec.standard("tiny", MARKET);
        int window = 100;
        ModelSpec spec =
                new ModelSpec(
                        standard.name(),
                        MARKET,
                        new FeatureSet(
                                List.of(
                                        new FeatureDeclaration(
                                                Family.VOLATILITY,
                                                List.of(12),
                                                List.of(MadeMarket.TIMEFRAME),
                                                List.of(0),
                                                List.of())),
                                2),
                        standard.targets(),
                        standard.trainer(),
                        standard.validation(),
                        standard.gate(),
                        window);
        Trainer trainer = new Trainer();
        var _ = run(plan(60, spec), market, trainer, RunState.fresh(plan(60, spec)), 500);
        FeatureSchema schema = spec.features().schema(List.of(new Symbol("AAA")));
        long needed = FeatureEngine.requiredHistoryMillis(schema, MadeMarket.TIMEFRAME);
        // Longer than the market is old: the refit gets all of it, and not its window alone.
        assertThat(needed).isGreaterThan(200 * MadeMarket.STEP);
        List<MarketClose> closes = trainer.orders.getFirst().closes();
        assertThat(closes.getFirst().closeTimeMillis()).isEqualTo(MadeMarket.close(0));
        assertThat(closes).hasSizeGreaterThan(window + 50);
    }

    @Test
    void everyRefitSeesItsPastAloneAndServesFromTheNextCloseOn() throws Exception {
        MadeMarket market = MadeMarket.walk(8, 900, "AAA", "BBB");
        Trainer trainer = new Trainer();
        List<PendingSignal> said =
                run(plan(60), market, trainer, RunState.fresh(plan(60)), Integer.MAX_VALUE / 2);
        // 500 candles are 41 h 40 min: at the beginning, and after 10, 20, 30 and 40 hours.
        assertThat(trainer.orders).hasSize(5);
        Instant begin = MadeMarket.at(200).minusMillis(1);
        for (int number = 1; number <= 5; number++) {
            Instant due = trainer.dues.get(number);
            assertThat(due).isEqualTo(begin.plus(Duration.ofHours(10L * (number - 1))));
            assertThat(trainer.orders.get(number - 1).closes())
                    .isNotEmpty()
                    .allMatch(close -> close.closeTimeMillis() <= due.toEpochMilli());
            assertThat(trainer.orders.get(number - 1).closes().getLast().closeTimeMillis())
                    .as("the newest that there was")
                    .isGreaterThan(due.toEpochMilli() - MadeMarket.STEP);
        }
        // Nobody decides before the second; the third changes nothing.
        assertThat(said.getFirst().closeTimeMillis()).isEqualTo(MadeMarket.close(200 + 120));
        assertThat(said).extracting(PendingSignal::version).isSorted().contains(2, 4, 5);
        assertThat(said.stream().filter(signal -> signal.version() == 4).findFirst().orElseThrow())
                .extracting(PendingSignal::closeTimeMillis)
                .isEqualTo(MadeMarket.close(200 + 360));
        assertThat(trainer.orders.get(3).champion()).extracting(Champion::version).isEqualTo(2);
        assertThat(trainer.orders.getFirst().champion()).isNull();
    }

    @Test
    void aRunThatGoesOnMakesNoRefitTwice() throws Exception {
        MadeMarket market = MadeMarket.walk(8, 900, "AAA", "BBB");
        Trainer whole = new Trainer();
        List<PendingSignal> all =
                run(plan(60), market, whole, RunState.fresh(plan(60)), Integer.MAX_VALUE / 2);
        Trainer trainer = new Trainer();
        List<PendingSignal> parts =
                new ArrayList<>(run(plan(60), market, trainer, RunState.fresh(plan(60)), 450));
        parts.addAll(run(plan(60), market, trainer, last, Integer.MAX_VALUE / 2));
        assertThat(trainer.orders).hasSize(5);
        assertThat(parts).isEqualTo(all);
    }

    @Test
    void refitsAreCountedBeforeAndBounded() throws Exception {
        BacktestPlan plan = plan(60);
        assertThat(RefittedVersions.count(plan.versions().refits(), plan.from(), plan.to()))
                .isEqualTo(5);
        Trainer trainer = new Trainer();
        run(
                plan(2),
                MadeMarket.walk(8, 900, "AAA", "BBB"),
                trainer,
                RunState.fresh(plan(2)),
                Integer.MAX_VALUE / 2);
        assertThat(trainer.orders).hasSize(2);
    }
}
