package io.auspex.bench;

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
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
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
        options.only("data", "rounds", "symbols", "days", "seed", "heap", "parts");
        boolean withModes =
                List.of(options.text("parts", "refits,modes").split(",", -1)).contains("modes");
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
                        + " whole refit | bare LightGBM | whole / bare | worker, MiB | service, MiB | longest standstill |");
        out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        for (BenchedMarket market : markets) {
            bench(market, rounds, heap, out, log, withModes ? modes : null);
        }
        out.println();
        out.println(
                "Seconds, medians of %d rounds, whose order goes there and back; the ratio is the median of the rounds' own, from least to most. Bare: binning and growing the trees of all heads, for every fold and the final fit; same rows, parameters and one thread. Standstill: the longest in which a refit showed no progress."
                        .formatted(rounds));
        if (!withModes) {
            return;
        }
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
            @Nullable List<String> modes)
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
                    // There and back: what changes evenly on the machine cancels out.
                    boolean bareFirst = round % 2 == 0;
                    if (bareFirst) {
                        bare.add(bareSeconds(job));
                    }
                    watch.request();
                    refits.add(watch.next(log));
                    if (!bareFirst) {
                        bare.add(bareSeconds(job));
                    }
                    log(market, round, refits.getLast(), bare.getLast(), log);
                }
            }
            print(market, refits, bare, out);
            if (modes != null) {
                modes(market, job, modes, log);
            }
        } finally {
            SimulatedTraining.delete(folder);
        }
    }

    private static double bareSeconds(JobFolder job) throws IOException, InterruptedException {
        ChildProcess child = ChildProcess.run(BareLightGbm.class, HEAP, job.path());
        return Json.mapper().readTree(child.output()).path("seconds").doubleValue();
    }

    private static void log(
            BenchedMarket market, int round, RefitTimes refit, double bare, PrintStream log) {
        log.printf(
                Locale.ROOT,
                "%s, round %d: dataset %.2f, training %.2f, export %.2f, gate %.2f, swap %.3f; whole %.2f s, bare %.2f s, ratio %.3f%n",
                market.name(),
                round,
                refit.dataset(),
                refit.training(),
                refit.export(),
                refit.gate(),
                refit.swap(),
                refit.whole(),
                bare,
                refit.whole() / bare);
    }

    private static void print(
            BenchedMarket market, List<RefitTimes> refits, List<Double> bare, PrintStream out) {
        Series ratios =
                new Series(
                        IntStream.range(0, refits.size())
                                .mapToDouble(i -> refits.get(i).whole() / bare.get(i)));
        out.printf(
                Locale.ROOT,
                "| %s | %,d x %d | %.2f | %.2f | %.2f | %.2f | %.3f | %.2f | %.2f | **%s** | %.0f | %.0f | %.1f |%n",
                market.name(),
                refits.getLast().rows(),
                refits.getLast().features(),
                median(refits, RefitTimes::dataset),
                median(refits, RefitTimes::training),
                median(refits, RefitTimes::export),
                median(refits, RefitTimes::gate),
                median(refits, RefitTimes::swap),
                median(refits, RefitTimes::whole),
                median(bare, seconds -> seconds),
                ratios.text("%.2f"),
                median(refits, RefitTimes::workerPeakBytes) / MEBIBYTE,
                median(refits, RefitTimes::servicePeakBytes) / MEBIBYTE,
                refits.stream().mapToDouble(RefitTimes::standstill).max().orElse(0));
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

    private static <T> double median(List<T> values, ToDoubleFunction<T> of) {
        return Series.of(values, of).median();
    }
}
