package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.bench.ServingTable.Goal;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What serving costs over the least that it could cost: the packaged service and hand-written
 * baselines on the same processor, asked by the same load generator on another, in turn. Prints one
 * table with goals, met or missed.
 */
final class ServingBench {

    private static final long MODEL_SEED = 60;
    private static final double OPEN_SHARE = 0.5;
    private static final double OPEN_RAMP_SECONDS = 1;
    private static final double MAX_REFIT_SECONDS = 300;
    private static final long POLL_MILLIS = 100;

    /** A generator that is that busy may be what is measured. */
    private static final double BUSY = 0.95;

    /** Other work that takes more of a processor than this is in the figures. */
    private static final double DISTURBED = 0.1;

    /** Who is asked, and how. */
    private enum Way {
        JSON("JSON predict"),
        RAW_JSON("raw Vert.x, the same predict"),
        ECHO_JSON("raw echo of the JSON"),
        BINARY("binary infer"),
        ECHO_BINARY("raw echo of the binary");

        private final String text;

        Way(String text) {
            this.text = text;
        }

        boolean isRaw() {
            return this != JSON && this != BINARY;
        }
    }

    /**
     * One measurement of a throughput.
     *
     * @param perProcessorSecond answers for a second of the server's processor time
     */
    private record Run(LoadResult load, double perProcessorSecond) {

        double rate() {
            return load.rate();
        }

        double p99() {
            return load.p99();
        }
    }

    private final ServingPlan plan;
    private final Processors processors;
    private final PrintStream progress;
    private final Path folder;
    private final List<BenchedModel> versions;
    private final BenchRequests requests;
    private final ServingTable table = new ServingTable();
    private final Map<String, Series> generatorShares = new LinkedHashMap<>();
    private final List<Double> otherOnServer = new ArrayList<>();
    private final List<Double> otherOnLoad = new ArrayList<>();
    private final List<Double> stolen = new ArrayList<>();
    private long served;
    private long failed;
    private long seed = 1;
    private double openRate;

    private ServingBench(ServingPlan plan, Processors processors, PrintStream progress, Path folder)
            throws IOException {
        this.plan = plan;
        this.processors = processors;
        this.progress = progress;
        this.folder = folder;
        this.openRate = plan.rate();
        progress.println("training two versions of the model that is asked");
        this.versions = List.of(BenchedModel.train(MODEL_SEED), BenchedModel.train(MODEL_SEED + 1));
        this.requests = BenchRequests.write(versions.getFirst(), folder.resolve("requests"));
    }

    static void run(BenchOptions options, PrintStream out, PrintStream progress)
            throws IOException, InterruptedException, SQLException {
        // Before anything logs: the application's library insists.
        System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
        ServingPlan plan = ServingPlan.of(options);
        Processors processors = Processors.of(options);
        Path folder = Files.createTempDirectory("auspex-serving");
        try {
            ServingBench bench = new ServingBench(plan, processors, progress, folder);
            bench.measure();
            bench.print(out);
        } finally {
            delete(folder);
        }
    }

    private void measure() throws IOException, InterruptedException, SQLException {
        try (LineProcess generator = LineProcess.start(LoadGenerator.class, processors.load())) {
            try (ServiceUnderTest service = service("first", processors.worker())) {
                if (plan.has("throughput")) {
                    throughput(service, generator);
                } else {
                    warmUp(service, generator);
                }
                if (plan.has("row")) {
                    singleRow();
                }
                if (plan.has("swaps") || plan.has("refits")) {
                    latency(service, generator);
                }
            }
            if (plan.has("refits")) {
                // Without the option a worker stays on the service's processor.
                try (ServiceUnderTest service = service("second", Optional.empty())) {
                    warmUp(service, generator);
                    sharing(service, generator);
                }
            }
        }
        table.failures(failed, served + failed);
    }

    private ServiceUnderTest service(String name, Optional<String> workerCpus)
            throws IOException, InterruptedException, SQLException {
        progress.println("starting the service, and waiting for its first refit");
        Path own = Files.createDirectories(folder.resolve(name));
        return ServiceUnderTest.start(own, versions, plan.days(), processors, workerCpus);
    }

    // Throughput

    private void throughput(ServiceUnderTest service, LineProcess generator)
            throws IOException, InterruptedException {
        Path model = folder.resolve("model.onnx");
        Files.write(model, versions.getFirst().trained().onnx());
        Map<Way, List<Run>> results = new EnumMap<>(Way.class);
        String refusal;
        try (LineProcess raw =
                LineProcess.start(RawVertx.class, processors.server(), model.toString())) {
            int rawPort = Integer.parseInt(raw.line());
            requireTheSameAnswers(service, rawPort);
            refusal = binaryRefusal(service, generator);
            List<Way> ways = new ArrayList<>(List.of(Way.values()));
            if (!refusal.isEmpty()) {
                ways.remove(Way.BINARY);
                ways.remove(Way.ECHO_BINARY);
            }
            for (Way way : ways) {
                closed(service, rawPort, generator, way, plan.warmUpSeconds());
                results.put(way, new ArrayList<>());
            }
            for (int i = 1; i <= plan.alternations(); i++) {
                // There and back, so that a drift of the machine favours nobody.
                for (Way way : i % 2 == 1 ? ways : ways.reversed()) {
                    Usage before = Usage.now(processors, service.pid(), raw.pid(), generator.pid());
                    LoadResult result = closed(service, rawPort, generator, way, plan.seconds());
                    Usage used =
                            Usage.now(processors, service.pid(), raw.pid(), generator.pid())
                                    .since(before);
                    otherOnServer.add(used.otherOnServer());
                    otherOnLoad.add(used.otherOnLoad());
                    stolen.add(used.stolen());
                    double seconds = way.isRaw() ? used.baselineSeconds() : used.serviceSeconds();
                    list(results, way).add(new Run(result, result.answered() / seconds));
                    progress.printf(
                            Locale.ROOT,
                            "%d of %d, %s: %,.0f requests/s, %,.0f a processor second, p99 %.2f ms, generator %.0f %% busy;"
                                    + " others: %.0f %% of the server's processor, %.0f %% of the generator's%n",
                            i,
                            plan.alternations(),
                            way.text,
                            result.rate(),
                            result.answered() / seconds,
                            result.p99() / 1e6,
                            100 * result.cpuShare(),
                            100 * used.otherOnServer(),
                            100 * used.otherOnLoad());
                }
            }
        }
        results.forEach((way, list) ->
                generatorShares.put(way.text, Series.of(list, run -> run.load().cpuShare())));
        compareJson(results);
        compareBinary(results, refusal);
        if (openRate == 0) {
            openRate = OPEN_SHARE * Series.of(list(results, Way.JSON), Run::rate).median();
        }
    }

    private void compareJson(Map<Way, List<Run>> results) {
        List<Run> ours = list(results, Way.JSON);
        List<Run> raw = list(results, Way.RAW_JSON);
        List<Run> echo = list(results, Way.ECHO_JSON);
        table.compare(
                "JSON predict, 60 named features, requests/s, against raw Vert.x",
                rates(ours),
                rates(raw),
                Series.ratios(ours, raw, Run::rate),
                Series.ratios(ours, raw, Run::perProcessorSecond),
                new Goal.AtLeast(0.85));
        table.compare(
                "the same, p99 with every connection busy",
                p99s(loads(ours)),
                p99s(loads(raw)),
                Series.ratios(ours, raw, Run::p99),
                new Goal.AtMost(1.3));
        table.compare(
                "the same, requests/s, against raw echo of the same bytes",
                rates(ours),
                rates(echo),
                Series.ratios(ours, echo, Run::rate),
                Series.ratios(ours, echo, Run::perProcessorSecond),
                new Goal.None());
    }

    private void compareBinary(Map<Way, List<Run>> results, String refusal) {
        Goal twice = new Goal.AtLeast(2);
        Goal ofEcho = new Goal.AtLeast(0.45);
        String againstJson = "binary infer, requests/s, against our own JSON predict";
        String againstEcho = "binary infer, requests/s, against raw echo of the same bytes";
        if (!refusal.isEmpty()) {
            table.skip(againstJson, twice, refusal);
            table.skip(againstEcho, ofEcho, refusal);
            return;
        }
        List<Run> binary = list(results, Way.BINARY);
        List<Run> json = list(results, Way.JSON);
        List<Run> echo = list(results, Way.ECHO_BINARY);
        table.compare(
                againstJson,
                rates(binary),
                rates(json),
                Series.ratios(binary, json, Run::rate),
                Series.ratios(binary, json, Run::perProcessorSecond),
                twice);
        table.compare(
                againstEcho,
                rates(binary),
                rates(echo),
                Series.ratios(binary, echo, Run::rate),
                Series.ratios(binary, echo, Run::perProcessorSecond),
                ofEcho);
    }

    private LoadResult closed(
            ServiceUnderTest service, int rawPort, LineProcess generator, Way way, double seconds)
            throws IOException {
        Path asked =
                switch (way) {
                    case JSON -> requests.json();
                    case RAW_JSON -> requests.rawJson();
                    case ECHO_JSON -> requests.echoJson();
                    case BINARY -> requests.binary();
                    case ECHO_BINARY -> requests.echoBinary();
                };
        LoadResult result =
                load(
                        generator,
                        new LoadJob(
                                way.isRaw() ? rawPort : service.port(),
                                asked.toString(),
                                plan.connections(),
                                ServingPlan.RAMP_SECONDS,
                                seconds,
                                0,
                                seed++));
        if (way.isRaw()) {
            requireNoFailure(way.text, result);
        } else {
            count(way.text, result);
        }
        return result;
    }

    /** Why the service refuses binary tensors; empty when it does not. */
    private String binaryRefusal(ServiceUnderTest service, LineProcess generator)
            throws IOException {
        LoadResult result =
                load(
                        generator,
                        new LoadJob(
                                service.port(),
                                requests.binary().toString(),
                                1,
                                0,
                                0.2,
                                0,
                                seed++));
        return result.failures() == 0 ? "" : "the service answers " + result.firstFailure();
    }

    /** Or the baseline would not do the same work. */
    private void requireTheSameAnswers(ServiceUnderTest service, int rawPort)
            throws IOException, InterruptedException {
        String body = BenchRequests.body(requests.json());
        JsonNode ours = Json.mapper().readTree(service.ask(body).body());
        JsonNode raw;
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rawPort + "/predict"))
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build();
            raw = Json.mapper().readTree(http.send(request, BodyHandlers.ofString()).body());
        }
        if (!names(ours).equals(names(raw)) || !sameHeads(ours, raw)) {
            throw new IOException(
                    "the service and the baseline answer differently: " + ours + " and " + raw);
        }
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).sorted().toList();
    }

    private static boolean sameHeads(JsonNode ours, JsonNode raw) {
        return ours.path("heads").properties().stream()
                .allMatch(head ->
                        Math.abs(
                                        head.getValue().asDouble()
                                                - raw.path("heads")
                                                        .path(head.getKey())
                                                        .asDouble(Double.NaN))
                                < 1e-6);
    }

    // In process

    private void singleRow() throws IOException {
        Path model = folder.resolve("model.onnx");
        Files.write(model, versions.getFirst().trained().onnx());
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

    // Latency

    private void latency(ServiceUnderTest service, LineProcess generator)
            throws IOException, InterruptedException {
        findRate(service, generator);
        List<LoadResult> idle = new ArrayList<>();
        List<LoadResult> swaps = new ArrayList<>();
        List<LoadResult> refits = new ArrayList<>();
        List<Double> swapMillis = new ArrayList<>();
        open(service, generator, plan.warmUpSeconds());
        for (int i = 1; i <= plan.alternations(); i++) {
            idle.add(told(i, "idle", open(service, generator, plan.seconds())));
            if (plan.has("swaps")) {
                try (Swapping _ = new Swapping(service, swapMillis)) {
                    swaps.add(told(i, "swaps", open(service, generator, plan.seconds())));
                }
            }
            if (plan.has("refits")) {
                refits.add(told(i, "refit", refit(service, generator)));
            }
        }
        String rate = String.format(Locale.ROOT, "%,.0f requests/s", openRate);
        table.tell("open loop at " + rate + ", idle", latencies(idle));
        if (!swaps.isEmpty()) {
            double took = Series.of(swapMillis, Double::doubleValue).median();
            table.compare(
                    String.format(
                            Locale.ROOT,
                            "the same, a swap every second (%d swaps, median %.0f ms); p99 against idle",
                            swapMillis.size(),
                            took),
                    latencies(swaps),
                    p99s(idle),
                    Series.ratios(swaps, idle, LoadResult::p99),
                    new Goal.AtMost(1.2));
        }
        if (!refits.isEmpty()) {
            table.compare(
                    "the same, during a whole refit, worker on "
                            + (processors.worker().equals(processors.load())
                                    ? "the load generator's processor"
                                    : "a processor of its own")
                            + "; p99 against idle",
                    latencies(refits),
                    p99s(idle),
                    Series.ratios(refits, idle, LoadResult::p99),
                    new Goal.AtMost(1.3));
        }
        generatorShares.put("the open loop", Series.of(idle, LoadResult::cpuShare));
        generatorShares.put("the open loop's lateness, p99 in ms", late(idle));
    }

    private void sharing(ServiceUnderTest service, LineProcess generator)
            throws IOException, InterruptedException {
        List<LoadResult> idle = new ArrayList<>();
        List<LoadResult> refits = new ArrayList<>();
        open(service, generator, plan.warmUpSeconds());
        for (int i = 1; i <= plan.alternations(); i++) {
            idle.add(told(i, "idle", open(service, generator, plan.seconds())));
            refits.add(told(i, "refit, sharing", refit(service, generator)));
        }
        table.compare(
                "the same, during a whole refit, worker on the service's processor; p99 against idle",
                latencies(refits),
                p99s(idle),
                Series.ratios(refits, idle, LoadResult::p99),
                new Goal.AtMost(3));
    }

    /** Half of what the service can do, when that has not been measured yet. */
    private void findRate(ServiceUnderTest service, LineProcess generator) throws IOException {
        if (openRate == 0) {
            openRate = OPEN_SHARE * closed(service, 0, generator, Way.JSON, plan.seconds()).rate();
        }
    }

    private void warmUp(ServiceUnderTest service, LineProcess generator) throws IOException {
        closed(service, 0, generator, Way.JSON, plan.warmUpSeconds());
    }

    private LoadResult open(ServiceUnderTest service, LineProcess generator, double seconds)
            throws IOException {
        LoadResult result = load(generator, openJob(service, seconds));
        count("open loop", result);
        return result;
    }

    private LoadJob openJob(ServiceUnderTest service, double seconds) {
        return new LoadJob(
                service.port(),
                requests.json().toString(),
                plan.connections(),
                OPEN_RAMP_SECONDS,
                seconds,
                openRate,
                seed++);
    }

    /** From the request for a refit to its end, the gate's decision included. */
    private LoadResult refit(ServiceUnderTest service, LineProcess generator)
            throws IOException, InterruptedException {
        LoadJob job = openJob(service, MAX_REFIT_SECONDS);
        CompletableFuture<LoadResult> running =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return load(generator, job);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                });
        TimeUnit.MILLISECONDS.sleep((long) (OPEN_RAMP_SECONDS * 1e3));
        long start = System.nanoTime();
        long id = service.refit();
        Map<String, Double> phases = new LinkedHashMap<>();
        JsonNode refit = service.refit(id);
        while (!ServiceUnderTest.isOver(refit) && !running.isDone()) {
            phases.putIfAbsent(refit.path("phase").asText(), (System.nanoTime() - start) / 1e9);
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            refit = service.refit(id);
        }
        generator.say(LoadGenerator.STOP);
        LoadResult result = running.join();
        count("refit", result);
        progress.printf(
                Locale.ROOT,
                "refit %s, %s; its phases from second %s; p99 of each second in ms %s%n",
                refit.path("state").asText(),
                refit.path("decision").asText(),
                phases,
                result.p99OfSeconds().stream()
                        .map(nanos -> String.format(Locale.ROOT, "%.2f", nanos / 1e6))
                        .toList());
        if (!refit.path("state").asText().equals("SUCCEEDED")) {
            throw new IOException("the refit did not end well: " + refit);
        }
        return result;
    }

    // What they have in common

    private static LoadResult load(LineProcess generator, LoadJob job) throws IOException {
        generator.say(Json.mapper().writeValueAsString(job));
        return Json.mapper().readValue(generator.line(), LoadResult.class);
    }

    private LoadResult told(int alternation, String what, LoadResult result) {
        progress.printf(
                Locale.ROOT,
                "%d of %d, %s: p50 %.3f, p99 %.3f, p99.9 %.3f, most %.1f ms; %,d requests;"
                        + " generator %.0f %% busy, late p99 %.3f ms%n",
                alternation,
                plan.alternations(),
                what,
                result.p50() / 1e6,
                result.p99() / 1e6,
                result.p999() / 1e6,
                result.max() / 1e6,
                result.requests(),
                100 * result.cpuShare(),
                result.lateP99() / 1e6);
        return result;
    }

    private void count(String what, LoadResult result) {
        served += result.requests();
        failed += result.failures();
        if (result.failures() > 0) {
            progress.println(
                    what + ": " + result.failures() + " failed, first: " + result.firstFailure());
        }
    }

    private static void requireNoFailure(String what, LoadResult result) throws IOException {
        if (result.failures() > 0) {
            throw new IOException(what + " fails: " + result.firstFailure());
        }
    }

    private static List<LoadResult> loads(List<Run> runs) {
        return runs.stream().map(Run::load).toList();
    }

    private static List<Run> list(Map<Way, List<Run>> results, Way way) {
        return Objects.requireNonNull(results.get(way));
    }

    private static String rates(List<Run> runs) {
        return Series.of(runs, Run::rate).text("%,.0f");
    }

    private static String p99s(List<LoadResult> results) {
        return "p99 " + millis(results, LoadResult::p99) + " ms";
    }

    private static String latencies(List<LoadResult> results) {
        return "p50 %s, p99 %s, p99.9 %s ms"
                .formatted(
                        millis(results, LoadResult::p50),
                        millis(results, LoadResult::p99),
                        millis(results, LoadResult::p999));
    }

    private static String millis(List<LoadResult> results, ToLongFunction<LoadResult> nanos) {
        return Series.of(results, result -> nanos.applyAsLong(result) / 1e6).text("%.2f");
    }

    private static Series late(List<LoadResult> results) {
        return Series.of(results, result -> result.lateP99() / 1e6);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    // Printing

    private void print(PrintStream out) throws IOException {
        out.println(MachineText.describe());
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
        generatorShares.forEach((what, share) -> {
            boolean isLateness = what.endsWith("ms");
            out.printf(
                    "Load generator, %s: %s%s%n",
                    what,
                    share.text("%.2f"),
                    isLateness
                            ? ""
                            : share.median() > BUSY
                                    ? " of its processor: it may be the bottleneck here"
                                    : " of its processor");
        });
        if (!otherOnServer.isEmpty()) {
            out.printf(
                    "Other work during the throughput: %s of the server's processor, %s of the generator's; stolen %s.%n",
                    Series.of(otherOnServer, Double::doubleValue).text("%.2f"),
                    Series.of(otherOnLoad, Double::doubleValue).text("%.2f"),
                    Series.of(stolen, Double::doubleValue).text("%.2f"));
            if (isDisturbed(otherOnServer) || isDisturbed(otherOnLoad)) {
                out.printf(
                        Locale.ROOT,
                        "Other work took more than %.0f %% of a processor: these figures are not those of a quiet machine.%n",
                        100 * DISTURBED);
            }
        }
    }

    private static boolean isDisturbed(List<Double> shares) {
        return Series.of(shares, Double::doubleValue).median() > DISTURBED;
    }
}
