package io.auspex.backtest;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.backtest.VersionFiles.VersionFile;
import io.auspex.feedback.RangeGuards;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.model.Quality;
import io.auspex.model.SharpeRatio;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A backtest of one model file without a service and without a database: the same engine, random
 * entries and report. Nothing lasts; nobody counts how often it was tried.
 */
public final class LocalBacktest {

    private static final int CHUNK = 1_000;

    /** As {@code feedback.range-margin} and {@code feedback.range-share} are without settings. */
    private static final double RANGE_MARGIN = 0.25;

    private static final double RANGE_SHARE = 0.02;

    /** What came of it. */
    public record Outcome(BacktestReport report, Costs costs, long randomNanos) {}

    private LocalBacktest() {}

    /**
     * Runs a plan.
     *
     * @param history asked for increasing times; for the second pass it is asked from {@code again}
     * @param again the same candles from the beginning
     * @param report of the model's training; the guard of range needs its profile
     * @param trades hears of every trade
     * @param progress the share done, 0 to 1
     */
    public static Outcome run(
            BacktestPlan plan,
            CandleHistory history,
            CandleHistory again,
            byte[] onnx,
            JsonNode report,
            Consumer<PaperTrade> trades,
            DoubleConsumer progress)
            throws IOException, InterruptedException {
        List<EquityDay> days = new ArrayList<>();
        double from = plan.from().toEpochMilli();
        double span = plan.to().toEpochMilli() - from;
        RunState end;
        Costs costs;
        try (VersionSource versions =
                new StagedVersions(
                        plan,
                        number -> new VersionFile(number, false, report, onnx),
                        new RangeGuards(RANGE_MARGIN, RANGE_SHARE))) {
            BacktestEngine engine =
                    new BacktestEngine(
                            plan,
                            history,
                            versions,
                            RunState.fresh(plan),
                            CHUNK,
                            new BacktestEngine.Sink() {
                                @Override
                                public boolean wantsCheckpoint() {
                                    return true;
                                }

                                @Override
                                public void checkpoint(
                                        RunState state,
                                        List<PaperTrade> closed,
                                        List<EquityDay> ended) {
                                    closed.forEach(trades);
                                    days.addAll(ended);
                                    progress.accept(0.85 * (state.positionMillis() - from) / span);
                                }
                            });
            end = engine.run();
            costs = engine.costs();
        }
        long start = System.nanoTime();
        RandomComparison random = random(plan, again, end);
        long randomNanos = System.nanoTime() - start;
        progress.accept(1);
        BacktestReport made =
                BacktestReport.of(
                        0,
                        BacktestKind.BACKTEST.code(),
                        false,
                        plan,
                        end,
                        days,
                        null,
                        random,
                        BacktestService.given(plan.versions()));
        SharpeRatio sharpe = made.sharpe();
        return new Outcome(
                BacktestReport.finished(
                        made,
                        sharpe == null ? null : Quality.Deflated.of(sharpe, 1, new double[0]),
                        random),
                costs,
                randomNanos);
    }

    /** The page of a report. */
    public static String page(BacktestReport report, List<PaperTrade> lastTrades) {
        return ReportPage.of(report, lastTrades);
    }

    private static @Nullable RandomComparison random(
            BacktestPlan plan, CandleHistory history, RunState end) {
        if (plan.randomDraws() == 0) {
            return null;
        }
        RandomEntries entries =
                new RandomEntries(
                        plan.rules(),
                        plan.timeframe(),
                        end.account().symbols(),
                        plan.randomDraws(),
                        plan.seed());
        long last = plan.to().toEpochMilli();
        long step = CHUNK * plan.timeframe().millis();
        for (long at = plan.from().toEpochMilli() - 1; at < last; at += step) {
            for (MarketClose close :
                    history.closes(plan.feed(), plan.timeframe(), at, Math.min(last, at + step))) {
                entries.accept(close);
            }
        }
        Tally total = end.account().total();
        return entries.end(
                total.trades(), total.trades() == 0 ? 0 : total.fractions() / total.trades());
    }
}
