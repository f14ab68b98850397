package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.backtest.BacktestPlan;
import io.auspex.backtest.Costs;
import io.auspex.backtest.FillPrice;
import io.auspex.backtest.LocalBacktest;
import io.auspex.backtest.PaperRules;
import io.auspex.backtest.VersionPlan;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.NpyReader;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Json;
import io.auspex.signals.DecisionRule;
import io.auspex.training.Rows;
import io.auspex.training.TrainedModel;
import io.auspex.training.TrainingData;
import io.auspex.training.TrainingProgress;
import io.auspex.training.TrainingRun;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a backtest costs: a quarter, half and all of a simulated period with a model that was
 * trained on the days before it. Candles are made as they are asked for, so that nothing but the
 * backtest is in memory.
 */
final class BacktestBench {

    private static final int[] PARTS = {4, 2, 1};
    private static final int SAMPLES = 8;
    private static final double MEBIBYTE = 1 << 20;

    private BacktestBench() {}

    static void run(BenchOptions options, PrintStream out, PrintStream log)
            throws IOException, InterruptedException {
        options.only("symbols", "days", "seed", "training-days");
        int symbols = options.number("symbols", 10, 1);
        int days = options.number("days", 365, 8);
        int seed = options.number("seed", 7, 0);
        int trainingDays = options.number("training-days", 30, 10);
        SimulatedMarket market =
                new SimulatedMarket(seed, 1.0, symbols, trainingDays, Timeframe.FIVE_MINUTES, 0);
        log.printf("training on %d days of %d symbols%n", trainingDays, symbols);
        TrainedModel model = train(market);
        out.println(MachineText.describe());
        out.println();
        out.println(
                "| days | candles | trades | seconds | candles/s | features | model | decision | account | candles made | random entries, s | heap after collection, most, MiB |");
        out.println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        // Compiled once, so that the first row is not the slowest.
        var _ = measure(market, model, Math.max(2, days / 20));
        for (int part : PARTS) {
            log.printf("%d days%n", days / part);
            out.println(measure(market, model, days / part));
        }
    }

    private static String measure(SimulatedMarket market, TrainedModel model, int days)
            throws IOException, InterruptedException {
        Instant from = Instant.ofEpochMilli(market.historyEndMillis() + 1);
        Instant to = Instant.ofEpochMilli(market.historyEndMillis()).plusSeconds(days * 86_400L);
        BacktestPlan plan =
                new BacktestPlan(
                        "simulated-5m",
                        market.identity(),
                        market.timeframe(),
                        market.symbols(),
                        from,
                        to,
                        new VersionPlan(
                                List.of(
                                        new VersionPlan.Stage(
                                                1,
                                                from,
                                                Instant.ofEpochMilli(market.historyEndMillis()))),
                                null),
                        DecisionRule.standard(),
                        new PaperRules(
                                FillPrice.NEXT_OPEN,
                                24,
                                0.05,
                                true,
                                0.0005,
                                0.0002,
                                5,
                                0.2,
                                true,
                                true,
                                10_000),
                        false,
                        1,
                        200);
        AtomicLong trades = new AtomicLong();
        AtomicLong most = new AtomicLong();
        double[] next = {0};
        JsonNode report = Json.mapper().valueToTree(model.report());
        LocalBacktest.Outcome outcome =
                LocalBacktest.run(
                        plan,
                        new Generated(market),
                        new Generated(market),
                        model.onnx(),
                        report,
                        _ -> trades.incrementAndGet(),
                        share -> {
                            if (share >= next[0]) {
                                next[0] += 0.85 / SAMPLES;
                                most.accumulateAndGet(used(), Math::max);
                            }
                        });
        Costs costs = outcome.costs();
        double all = costs.nanos();
        // What is made up costs time that no backtest has; the database's is another.
        double seconds = (all - costs.readNanos()) / 1e9;
        return String.format(
                Locale.ROOT,
                "| %d | %,d | %,d | %.1f | %,.0f | %.0f %% | %.0f %% | %.0f %% | %.0f %% | %.1f s | %.1f | %.1f |",
                days,
                costs.candles(),
                trades.get(),
                seconds,
                costs.candles() / seconds,
                100 * costs.featureNanos() / (all - costs.readNanos()),
                100 * costs.modelNanos() / (all - costs.readNanos()),
                100 * costs.decisionNanos() / (all - costs.readNanos()),
                100 * costs.accountNanos() / (all - costs.readNanos()),
                costs.readNanos() / 1e9,
                outcome.randomNanos() / 1e9,
                most.get() / MEBIBYTE);
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static TrainedModel train(SimulatedMarket market) throws IOException {
        Path folder = Files.createTempDirectory("auspex-backtest-bench");
        try {
            ModelSpec spec = SimulatedTraining.specification(market);
            JobFolder job = new JobFolder(folder);
            BenchedMarket.simulated(
                            Math.toIntExact(market.seed()),
                            market.symbolCount(),
                            market.historyDays())
                    .build(spec, job);
            JobSpec read = job.readJob();
            try (NpyReader features = job.openFeatures(read)) {
                return TrainingRun.run(
                        new TrainingData(
                                read,
                                Rows.of(features),
                                job.readTargets(features.rows()),
                                job.readTimes()),
                        TrainingProgress.SILENT,
                        InstantSource.system());
            }
        } finally {
            SimulatedTraining.delete(folder);
        }
    }

    /** Closes made in order, once: what was asked for is behind it. */
    private static final class Generated implements CandleHistory {

        private final SimulatedMarketGenerator generator;
        private @Nullable MarketClose ahead;

        Generated(SimulatedMarket market) {
            generator = new SimulatedMarketGenerator(market);
        }

        @Override
        public List<MarketClose> closes(
                String feed, Timeframe timeframe, long fromCloseExclusive, long toCloseInclusive) {
            List<MarketClose> closes = new ArrayList<>();
            MarketClose next = ahead == null ? generator.next() : ahead;
            while (next.closeTimeMillis() <= toCloseInclusive) {
                if (next.closeTimeMillis() > fromCloseExclusive) {
                    closes.add(next);
                }
                next = generator.next();
            }
            ahead = next;
            return closes;
        }

        @Override
        public OptionalLong lastClose(String feed, Timeframe timeframe) {
            return OptionalLong.empty();
        }
    }
}
