package io.auspex.bench;

import io.auspex.ingest.SimulatedMarket;
import io.auspex.market.Timeframe;
import io.auspex.model.Evidence;
import io.auspex.model.ModelSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How often the gate promotes a model of pure noise, and one of a planted signal. */
final class HonestyBench {

    private static final double[] STRENGTHS = {0.0, 1.0};

    /** One market's outcome. */
    record Outcome(long seed, Evidence evidence, boolean promoted, double skillShare) {}

    /** One row of the table. */
    record Row(double strength, List<Outcome> outcomes, double seconds) {

        long promoted() {
            return outcomes.stream().filter(Outcome::promoted).count();
        }

        double promotedShare() {
            return (double) promoted() / outcomes.size();
        }
    }

    private HonestyBench() {}

    static void run(BenchOptions options, PrintStream out, PrintStream progress) throws Exception {
        options.only("seeds", "first-seed", "days", "symbols", "threads");
        int seeds = options.number("seeds", 50, 1);
        int first = options.number("first-seed", 1_000, 0);
        int days = options.number("days", 45, 10);
        int symbols = options.number("symbols", 5, 1);
        int threads = options.number("threads", 2, 1);
        out.printf(
                "%d markets a row, %d symbols, %d days of 5-minute candles, seeds from %d%n%n",
                seeds, symbols, days, first);
        out.println(
                "| planted strength | markets | promoted | share | goal | share of the possible skill, median | seconds a market |");
        out.println("|---:|---:|---:|---:|---|---:|---:|");
        for (double strength : STRENGTHS) {
            List<SimulatedMarket> markets = new ArrayList<>();
            for (int i = 0; i < seeds; i++) {
                markets.add(
                        new SimulatedMarket(
                                first + i, strength, symbols, days, Timeframe.FIVE_MINUTES, 0));
            }
            Row row = row(strength, markets, threads, progress);
            out.printf(
                    Locale.ROOT,
                    "| %.1f | %d | %d | %.0f %% | %s | %s | %.1f |%n",
                    strength,
                    row.outcomes().size(),
                    row.promoted(),
                    100 * row.promotedShare(),
                    strength == 0 ? "at most 5 %" : "at least 95 %",
                    strength == 0 ? "nothing to find" : "%.2f".formatted(medianSkill(row)),
                    row.seconds() / row.outcomes().size());
        }
    }

    static Row row(
            double strength, List<SimulatedMarket> markets, int threads, PrintStream progress)
            throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        List<Outcome> outcomes = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Outcome>> running = new ArrayList<>();
            for (SimulatedMarket market : markets) {
                running.add(pool.submit(() -> outcome(market)));
            }
            for (Future<Outcome> one : running) {
                Outcome outcome = one.get();
                outcomes.add(outcome);
                progress.printf(
                        Locale.ROOT,
                        "strength %.1f, seed %d: %s (move: %s; direction: %s; skill %.2f)%n",
                        strength,
                        outcome.seed(),
                        outcome.promoted() ? "promoted" : "rejected",
                        outcome.evidence().move().describe(),
                        Objects.requireNonNull(outcome.evidence().direction()).describe(),
                        outcome.skillShare());
            }
        }
        return new Row(strength, outcomes, (System.nanoTime() - start) / 1e9);
    }

    private static Outcome outcome(SimulatedMarket market) throws IOException {
        ModelSpec spec = SimulatedTraining.specification(market);
        Path folder = Files.createTempDirectory("auspex-honesty");
        try {
            SimulatedTraining training = SimulatedTraining.of(market, spec, folder);
            Evidence evidence = training.model().report().evidence();
            return new Outcome(
                    market.seed(),
                    evidence,
                    evidence.passes(spec.gate().significance()),
                    training.skillShare());
        } finally {
            SimulatedTraining.delete(folder);
        }
    }

    private static double medianSkill(Row row) {
        double[] shares =
                row.outcomes().stream().mapToDouble(Outcome::skillShare).sorted().toArray();
        return shares[shares.length / 2];
    }
}
