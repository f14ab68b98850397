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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How many requests a second the service answers, against hand-written baselines on the same
 * processor, in turn.
 */
final class ThroughputBench {

    /** Other work that takes more of a processor than this is in the figures. */
    private static final double DISTURBED = 0.1;

    /** Who is asked, and how. */
    private enum Way {
        JSON("JSON predict"),
        RAW_JSON("raw Vert.x, the same predict"),
        ECHO_JSON("raw echo of the JSON"),
        BINARY("binary infer"),
        RAW_BINARY("raw Vert.x, the same infer"),
        ECHO_BINARY("raw echo of the binary");

        private final String text;

        Way(String text) {
            this.text = text;
        }

        boolean isRaw() {
            return this != JSON && this != BINARY;
        }
    }

    private final ServingPlan plan;
    private final Processors processors;
    private final ServingLoad load;
    private final ServingTable table;
    private final GeneratorShares shares;
    private final PrintStream progress;
    private final List<Double> otherOnServer = new ArrayList<>();
    private final List<Double> otherOnLoad = new ArrayList<>();
    private final List<Double> stolen = new ArrayList<>();

    ThroughputBench(
            ServingPlan plan,
            Processors processors,
            ServingLoad load,
            ServingTable table,
            GeneratorShares shares,
            PrintStream progress) {
        this.plan = plan;
        this.processors = processors;
        this.load = load;
        this.table = table;
        this.shares = shares;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param model the file that the service serves, for the baselines
     */
    void measure(ServiceUnderTest service, Path model) throws IOException, InterruptedException {
        Map<Way, List<ThroughputRun>> results = new EnumMap<>(Way.class);
        String refusal;
        try (LineProcess raw =
                LineProcess.start(RawVertx.class, processors.server(), model.toString())) {
            int rawPort = Integer.parseInt(raw.line());
            requireTheSameAnswers(service, rawPort);
            refusal = binaryRefusal(service);
            List<Way> ways = new ArrayList<>(List.of(Way.values()));
            if (!refusal.isEmpty()) {
                ways.removeAll(List.of(Way.BINARY, Way.RAW_BINARY, Way.ECHO_BINARY));
            }
            for (Way way : ways) {
                if (plan.warmsUp()) {
                    closed(service, rawPort, way, plan.warmUpSeconds());
                }
                results.put(way, new ArrayList<>());
            }
            for (int i = 1; i <= plan.alternations(); i++) {
                // There and back, so that a drift of the machine favours nobody.
                for (Way way : i % 2 == 1 ? ways : ways.reversed()) {
                    Usage before = Usage.now(processors, service.pid(), raw.pid(), load.pid());
                    LoadResult result = closed(service, rawPort, way, plan.seconds());
                    Usage used =
                            Usage.now(processors, service.pid(), raw.pid(), load.pid())
                                    .since(before);
                    otherOnServer.add(used.otherOnServer());
                    otherOnLoad.add(used.otherOnLoad());
                    stolen.add(used.stolen());
                    double seconds = way.isRaw() ? used.baselineSeconds() : used.serviceSeconds();
                    list(results, way).add(new ThroughputRun(result, result.answered() / seconds));
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
        results.forEach(
                (way, list) -> shares.add(way.text, Series.of(list, run -> run.load().cpuShare())));
        compareJson(results);
        compareBinary(results, refusal);
    }

    private void compareJson(Map<Way, List<ThroughputRun>> results) {
        List<ThroughputRun> ours = list(results, Way.JSON);
        List<ThroughputRun> raw = list(results, Way.RAW_JSON);
        List<ThroughputRun> echo = list(results, Way.ECHO_JSON);
        table.compare(
                "JSON predict, 60 named features, requests/s, against raw Vert.x",
                rates(ours),
                rates(raw),
                Series.ratios(ours, raw, ThroughputRun::rate),
                Series.ratios(ours, raw, ThroughputRun::perProcessorSecond),
                new Goal.AtLeast(0.85));
        table.compare(
                "the same, p99 with every connection busy",
                Latencies.p99(loads(ours)),
                Latencies.p99(loads(raw)),
                Series.ratios(ours, raw, ThroughputRun::p99),
                new Goal.AtMost(1.3));
        table.compare(
                "the same, requests/s, against raw echo of the same bytes",
                rates(ours),
                rates(echo),
                Series.ratios(ours, echo, ThroughputRun::rate),
                Series.ratios(ours, echo, ThroughputRun::perProcessorSecond),
                new Goal.None());
    }

    private void compareBinary(Map<Way, List<ThroughputRun>> results, String refusal) {
        Goal twice = new Goal.AtLeast(2);
        Goal ofEcho = new Goal.AtLeast(0.45);
        String againstJson = "binary infer, requests/s, against our own JSON predict";
        String againstEcho = "binary infer, requests/s, against raw echo of the same bytes";
        String againstRaw = "the same, requests/s, against raw Vert.x";
        Goal ofRaw = new Goal.AtLeast(0.9);
        if (!refusal.isEmpty()) {
            table.skip(againstJson, twice, refusal);
            table.skip(againstEcho, ofEcho, refusal);
            table.skip(againstRaw, ofRaw, refusal);
            return;
        }
        List<ThroughputRun> binary = list(results, Way.BINARY);
        List<ThroughputRun> json = list(results, Way.JSON);
        List<ThroughputRun> raw = list(results, Way.RAW_BINARY);
        List<ThroughputRun> echo = list(results, Way.ECHO_BINARY);
        table.compare(
                againstJson,
                rates(binary),
                rates(json),
                Series.ratios(binary, json, ThroughputRun::rate),
                Series.ratios(binary, json, ThroughputRun::perProcessorSecond),
                twice);
        table.compare(
                againstEcho,
                rates(binary),
                rates(echo),
                Series.ratios(binary, echo, ThroughputRun::rate),
                Series.ratios(binary, echo, ThroughputRun::perProcessorSecond),
                ofEcho);
        table.compare(
                againstRaw,
                rates(binary),
                rates(raw),
                Series.ratios(binary, raw, ThroughputRun::rate),
                Series.ratios(binary, raw, ThroughputRun::perProcessorSecond),
                ofRaw);
        // What the two goals above ask for at the most, whoever serves this model.
        table.compare(
                "raw Vert.x, the same infer, requests/s, against raw echo of the same bytes",
                rates(raw),
                rates(echo),
                Series.ratios(raw, echo, ThroughputRun::rate),
                Series.ratios(raw, echo, ThroughputRun::perProcessorSecond),
                new Goal.None());
    }

    private LoadResult closed(ServiceUnderTest service, int rawPort, Way way, double seconds)
            throws IOException {
        BenchRequests requests = load.requests();
        Path asked =
                switch (way) {
                    case JSON -> requests.json();
                    case RAW_JSON -> requests.rawJson();
                    case ECHO_JSON -> requests.echoJson();
                    case BINARY -> requests.binary();
                    case RAW_BINARY -> requests.rawBinary();
                    case ECHO_BINARY -> requests.echoBinary();
                };
        return way.isRaw()
                ? load.saturateBaseline(way.text, rawPort, asked, seconds)
                : load.saturate(way.text, service.port(), asked, seconds);
    }

    /** Why the service refuses binary tensors; empty when it does not. */
    private String binaryRefusal(ServiceUnderTest service) throws IOException {
        LoadResult result = load.look(service.port(), load.requests().binary());
        return result.failures() == 0 ? "" : "the service answers " + result.firstFailure();
    }

    /** Or the baseline would not do the same work. */
    private void requireTheSameAnswers(ServiceUnderTest service, int rawPort)
            throws IOException, InterruptedException {
        String body = BenchRequests.body(load.requests().json());
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

    private static List<LoadResult> loads(List<ThroughputRun> runs) {
        return runs.stream().map(ThroughputRun::load).toList();
    }

    private static List<ThroughputRun> list(Map<Way, List<ThroughputRun>> results, Way way) {
        return Objects.requireNonNull(results.get(way));
    }

    private static String rates(List<ThroughputRun> runs) {
        return Series.of(runs, ThroughputRun::rate).text("%,.0f");
    }

    /** What others did on the processors meanwhile. */
    void print(PrintStream out) {
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

    private static boolean isDisturbed(List<Double> shares) {
        return Series.of(shares, Double::doubleValue).median() > DISTURBED;
    }
}
