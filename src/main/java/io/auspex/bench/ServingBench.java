package io.auspex.bench;

import io.auspex.bench.ServingTable.Goal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What serving costs over the least that it could cost: the packaged service and hand-written
 * baselines on the same processor, asked by the same load generator on another, in turn. Prints one
 * table with goals, met or missed. Its parts are {@link ThroughputBench}, {@link EncodingBench},
 * {@link TogetherBench}, {@link SingleRow} and {@link LatencyBench}.
 */
final class ServingBench {

    private static final long MODEL_SEED = 60;
    private static final double OPEN_SHARE = 0.5;

    private final ServingPlan plan;
    private final Processors processors;
    private final PrintStream progress;
    private final Path folder;
    private final Path model;
    private final List<BenchedModel> versions;
    private final BenchRequests requests;
    private final ServingTable table = new ServingTable();
    private final GeneratorShares shares = new GeneratorShares();
    private final String machine;
    private @Nullable ThroughputBench throughput;

    private ServingBench(
            ServingPlan plan,
            Processors processors,
            PrintStream progress,
            Path folder,
            String machine)
            throws IOException {
        this.plan = plan;
        this.processors = processors;
        this.progress = progress;
        this.folder = folder;
        this.machine = machine;
        progress.println("training two versions of the model that is asked");
        this.versions = List.of(BenchedModel.train(MODEL_SEED), BenchedModel.train(MODEL_SEED + 1));
        this.requests = BenchRequests.write(versions.getFirst(), folder.resolve("requests"));
        this.model =
                Files.write(folder.resolve("model.onnx"), versions.getFirst().trained().onnx());
    }

    static void run(BenchOptions options, PrintStream out, PrintStream progress)
            throws IOException, InterruptedException, SQLException {
        // Before anything logs: the application's library insists.
        System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
        ServingPlan plan = ServingPlan.of(options);
        Processors processors = Processors.of(options);
        // Before this process keeps to some of the processors.
        String machine = MachineText.describe();
        if (processors.load().isPresent()) {
            // Nor is this process to be in the service's way: it asks for swaps and refits.
            Processors.move(ProcessHandle.current().pid(), processors.load().get());
        }
        if (plan.has("refits") && MachineText.isAutogrouped()) {
            progress.println(
                    "kernel.sched_autogroup_enabled is 1: during refits PostgreSQL may wait for its"
                            + " processor for seconds; sysctl -w kernel.sched_autogroup_enabled=0"
                            + " (docs/benchmarks.md)");
        }
        Path folder = Files.createTempDirectory("auspex-serving");
        try {
            ServingBench bench = new ServingBench(plan, processors, progress, folder, machine);
            bench.measure();
            bench.print(out);
        } finally {
            delete(folder);
        }
    }

    private void measure() throws IOException, InterruptedException, SQLException {
        try (ServingLoad load = ServingLoad.start(plan, requests, progress, processors)) {
            compare(load);
            if (plan.isTimed() && processors.canDivide()) {
                time(
                        load,
                        "event loop on a processor of its own",
                        processors.withMore(),
                        List.of("--event-loops.own-cpus=1"));
            }
            if (plan.isTimed() && (plan.has("one-processor") || !processors.canDivide())) {
                time(load, "all of the service on one processor", processors, List.of());
            }
            table.failures(load.failed(), load.served() + load.failed());
        }
    }

    /** What one service and the baselines do on the same processor. */
    private void compare(ServingLoad load) throws IOException, InterruptedException, SQLException {
        if (plan.has("throughput") || plan.has("encoding") || plan.has("together")) {
            try (ServiceUnderTest service = service(processors, processors.worker(), List.of())) {
                if (plan.has("throughput")) {
                    ThroughputBench measured =
                            new ThroughputBench(plan, processors, load, table, shares, progress);
                    throughput = measured;
                    measured.measure(service, model);
                } else {
                    warmUp(load, service);
                }
                if (plan.has("encoding")) {
                    new EncodingBench(plan, load, table, progress).measure(service);
                }
                if (plan.has("together")) {
                    try (ServiceUnderTest oneByOne =
                            service(processors, processors.worker(), TogetherBench.oneByOne())) {
                        new TogetherBench(plan, load, table, progress).measure(service, oneByOne);
                    }
                }
            }
        }
        if (plan.has("row")) {
            singleRow();
        }
    }

    /** Latencies of a service in a setting, during swaps and refits, as the plan has it. */
    private void time(ServingLoad load, String setting, Processors where, List<String> options)
            throws IOException, InterruptedException, SQLException {
        progress.println(setting);
        LatencyBench latency;
        try (ServiceUnderTest service = service(where, processors.worker(), options)) {
            warmUp(load, service);
            latency =
                    new LatencyBench(
                            plan,
                            processors,
                            load,
                            table,
                            shares,
                            progress,
                            setting,
                            rate(load, service));
            latency.apart(service);
        }
        if (plan.has("refits")) {
            try (ServiceUnderTest service = service(where, processors.server(), options)) {
                warmUp(load, service);
                latency.sharing(service);
            }
        }
    }

    /** As the plan has it, or half of what the service can do. */
    private double rate(ServingLoad load, ServiceUnderTest service) throws IOException {
        return plan.rate() > 0
                ? plan.rate()
                : OPEN_SHARE
                        * load.saturate(
                                        "JSON predict",
                                        service.port(),
                                        requests.json(),
                                        plan.seconds())
                                .rate();
    }

    private void warmUp(ServingLoad load, ServiceUnderTest service) throws IOException {
        if (plan.warmsUp()) {
            load.saturate("warming up", service.port(), requests.json(), plan.warmUpSeconds());
        }
    }

    private ServiceUnderTest service(
            Processors where, Optional<String> workerCpus, List<String> options)
            throws IOException, InterruptedException, SQLException {
        progress.println("starting the service, and waiting for its first refit");
        return ServiceUnderTest.start(versions, plan.days(), where, workerCpus, options);
    }

    private void singleRow() throws IOException {
        List<double[]> nanos = new ArrayList<>();
        try (LineProcess rows =
                LineProcess.start(
                        SingleRow.class,
                        processors.server(),
                        model.toString(),
                        Integer.toString(plan.seconds()),
                        Integer.toString(plan.alternations()))) {
            for (int i = 1; i <= plan.alternations(); i++) {
                String line = rows.line();
                progress.printf("%d of %d, ns a row: %s%n", i, plan.alternations(), line);
                nanos.add(
                        Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray());
            }
        }
        table.compare(
                "single row in process, against a bare pinned OrtSession.run",
                Series.of(nanos, both -> both[0] / 1e3).text("%.2f") + " us",
                Series.of(nanos, both -> both[1] / 1e3).text("%.2f") + " us",
                Series.of(nanos, both -> both[0] / both[1]),
                new Goal.AtMost(1.3));
        for (int i = 0; i < SingleRow.BATCHES.length; i++) {
            int column = 2 + i;
            table.compare(
                    "a row in a batch of %d, against a single row".formatted(SingleRow.BATCHES[i]),
                    Series.of(nanos, all -> all[column] / 1e3).text("%.2f") + " us",
                    Series.of(nanos, all -> all[0] / 1e3).text("%.2f") + " us",
                    Series.of(nanos, all -> all[column] / all[0]),
                    new Goal.None());
        }
    }

    private void print(PrintStream out) throws IOException {
        out.println(machine);
        out.printf(
                Locale.ROOT,
                "Server and baselines on processor %s, load generator on %s, the service's PostgreSQL on %s, worker of the refits %s. %d alternations of %d s, %d connections.%n"
                        + "Model: %d features, %d trees of up to 31 leaves.%n%n",
                processors.server().orElse("any"),
                processors.load().orElse("any"),
                processors.database().orElse("any"),
                processors.worker().map(cpu -> "on " + cpu).orElse("anywhere"),
                plan.alternations(),
                plan.seconds(),
                plan.connections(),
                BenchedModel.FEATURES,
                BenchedModel.TREES);
        table.print(out);
        out.println();
        shares.print(out);
        if (throughput != null) {
            throughput.print(out);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
