package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainerSpec.Mode;
import io.auspex.model.TrainingReport;
import io.auspex.platform.Json;
import io.auspex.training.Worker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a refit of the packaged service costs, step by step, beside LightGBM alone on the same
 * matrix, one after the other; and what it costs and gives to go on from earlier trees instead.
 */
final class RefitBench {

    private static final String HEAP = "2g";
    private static final double MEBIBYTE = 1 << 20;

    private RefitBench() {}

    static void run(BenchOptions options, PrintStream out, PrintStream log)
            throws IOException, InterruptedException, SQLException {
        options.only("data", "rounds", "symbols", "days", "seed", "heap");
        int rounds = options.number("rounds", 3, 1);
        int heap = options.number("heap", 1_024, 256);
        String data = options.text("data", "");
        List<BenchedMarket> markets = new ArrayList<>();
        if (data.isEmpty()) {
            log.println("real symbols are skipped: name a folder of candle files by --data=");
        } else {
            markets.add(BenchedMarket.replay(Path.of(data)));
        }
        if (options.number("symbols", 50, 0) > 0) {
            markets.add(
                    BenchedMarket.simulated(
                            options.number("seed", 7, 0),
                            options.number("symbols", 50, 1),
                            options.number("days", 30, 5)));
        }
        out.println(MachineText.describe());
        out.println();
        List<String> modes = new ArrayList<>();
        out.println(
                "| candles | rows x features | dataset | training | export, checks | gate | swap |"
                        + " whole refit | bare LightGBM | whole / bare | worker, MiB | service, MiB |");
        out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        for (BenchedMarket market : markets) {
            bench(market, rounds, heap, out, log, modes);
        }
        out.println();
        out.println(
                "Seconds, medians of %d rounds. Bare: binning and growing the trees of all heads, for every fold and the final fit; same rows, parameters and one thread."
                        .formatted(rounds));
        out.println();
        out.println(
                "| candles | mode | training, s | / full | log loss out of sample | base rate | share of full's gain |");
        out.println("|---|---|---:|---:|---:|---:|---:|");
        modes.forEach(out::println);
    }

    private static void bench(
            BenchedMarket market,
            int rounds,
            int heap,
            PrintStream out,
            PrintStream log,
            List<String> modes)
            throws IOException, InterruptedException, SQLException {
        Path folder = Files.createTempDirectory("auspex-refit");
        try {
            List<RefitTimes> refits = new ArrayList<>();
            List<Double> bare = new ArrayList<>();
            JobFolder job = new JobFolder(folder.resolve("job"));
            try (ServiceProcess service =
                    ServiceProcess.ready(ServiceStart.with(market.options()).withFixedHeap(heap))) {
                RefitWatch watch = new RefitWatch(service);
                watch.next(log);
                ModelSpec spec = watch.spec();
                market.build(spec, job);
                for (int round = 1; round <= rounds; round++) {
                    watch.request();
                    refits.add(watch.next(log));
                    bare.add(seconds(ChildProcess.run(BareLightGbm.class, HEAP, job.path())));
                    log.printf(
                            Locale.ROOT,
                            "%s, round %d: whole %.1f s, bare %.1f s%n",
                            market.name(),
                            round,
                            refits.getLast().whole(),
                            bare.getLast());
                }
            }
            print(market, refits, bare, out);
            modes(market, job, modes, log);
        } finally {
            SimulatedTraining.delete(folder);
        }
    }

    private static void print(
            BenchedMarket market, List<RefitTimes> refits, List<Double> bare, PrintStream out) {
        double whole = median(refits, RefitTimes::whole);
        double alone = median(bare, seconds -> seconds);
        out.printf(
                Locale.ROOT,
                "| %s | %,d x %d | %.2f | %.2f | %.2f | %.2f | %.3f | %.2f | %.2f | **%.2f** | %.0f | %.0f |%n",
                market.name(),
                refits.getLast().rows(),
                refits.getLast().features(),
                median(refits, RefitTimes::dataset),
                median(refits, RefitTimes::training),
                median(refits, RefitTimes::export),
                median(refits, RefitTimes::gate),
                median(refits, RefitTimes::swap),
                whole,
                alone,
                whole / alone,
                median(refits, RefitTimes::workerPeakBytes) / MEBIBYTE,
                median(refits, RefitTimes::servicePeakBytes) / MEBIBYTE);
    }

    /** The same matrix, trained in each way by the worker that the service starts. */
    private static void modes(
            BenchedMarket market, JobFolder job, List<String> lines, PrintStream log)
            throws IOException, InterruptedException {
        JobSpec full = job.readJob();
        double fullSeconds = 0;
        double fullGain = 0;
        for (Mode mode : Mode.values()) {
            ModelSpec spec = full.spec().withTrainer(full.spec().trainer().withMode(mode));
            job.writeJob(
                    new JobSpec(
                            spec, full.seed(), full.schema(), full.symbols(), full.dataSha256()));
            ChildProcess.run(Worker.class, HEAP, job.path());
            TrainingReport report = job.readReport().orElseThrow();
            double seconds =
                    report.seconds().getOrDefault("folds", 0.0)
                            + report.seconds().getOrDefault("fit", 0.0);
            double loss = loss(report, HeadMetrics.Probability::logLoss);
            double base = loss(report, HeadMetrics.Probability::baseLogLoss);
            if (mode == Mode.FULL) {
                fullSeconds = seconds;
                fullGain = base - loss;
            }
            String name = Json.mapper().convertValue(mode, String.class);
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %.2f | %.2f | %.5f | %.5f | %.2f |",
                            market.name(),
                            name,
                            seconds,
                            seconds / fullSeconds,
                            loss,
                            base,
                            (base - loss) / fullGain));
            log.println(market.name() + ", " + name + ": done");
        }
    }

    private static double loss(
            TrainingReport report, Function<HeadMetrics.Probability, @Nullable Double> measure) {
        double sum = 0;
        for (Head head : List.of(Head.P_UP, Head.P_DOWN)) {
            if (report.total().get(head) instanceof HeadMetrics.Probability metrics) {
                sum += Objects.requireNonNullElse(measure.apply(metrics), Double.NaN);
            }
        }
        return sum;
    }

    private static double seconds(ChildProcess child) throws IOException {
        JsonNode result = Json.mapper().readTree(child.output());
        return result.path("seconds").doubleValue();
    }

    private static <T> double median(List<T> values, ToDoubleFunction<T> of) {
        double[] sorted = values.stream().mapToDouble(of).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
