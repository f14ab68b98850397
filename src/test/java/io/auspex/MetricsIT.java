package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/metrics.md}, the dashboards and the alerts name is what a running service
 * exports, the log of a container is JSON, a close and a refit are a trace each, and no route
 * fails.
 */
class MetricsIT {

    private static final Path LIST = Path.of("docs/metrics.md");
    private static final Path DASHBOARDS = Path.of("k8s/helm/auspex/dashboards");
    private static final Path ALERTS = Path.of("k8s/helm/auspex/alerts.yaml");
    private static final Path ACCESS = Path.of("src/main/resources/io/auspex/security/access.txt");
    private static final Pattern LISTED = Pattern.compile("^\\| `(auspex_[a-z_]+)`");
    private static final Pattern NAME =
            Pattern.compile(
                    "\\b((?:auspex|http_server|sql_pool|postgresql|process|jvm)_[a-z_]+)\\b");
    private static final Pattern SUFFIX = Pattern.compile("_(bucket|count|sum|max)$");

    /** In this order. */
    private static final List<String> STEPS =
            List.of("ingest", "features", "predict", "decide", "commit", "publish");

    private static final Duration EXPORT = Duration.ofSeconds(30);

    private static OtlpCollector collector;
    private static RunningAuspex auspex;
    private static Set<String> exported;

    @BeforeAll
    static void aServiceThatHasDoneEverything() throws Exception {
        collector = new OtlpCollector();
        auspex =
                RunningAuspex.start(
                        "metrics",
                        Map.of("QUARKUS_LOG_CATEGORY__IO_AUSPEX_SIGNALS__LEVEL", "DEBUG"),
                        "--tracing.endpoint=" + collector.endpoint(),
                        "--simulated.days=10",
                        "--simulated.symbols=2",
                        "--promote=always",
                        "--log.format=json");
        auspex.await(
                "a refit",
                Duration.ofMinutes(3),
                () ->
                        auspex.json("/api/refits").findValuesAsText("state").contains("SUCCEEDED")
                                ? Optional.of(true)
                                : Optional.empty());
        // What is counted is counted after it can be read elsewhere.
        for (String counted : List.of("auspex_refit_seconds_count{", "auspex_signals_total{")) {
            auspex.await(
                    counted,
                    Duration.ofMinutes(1),
                    () ->
                            auspex.get("/q/metrics").body().contains(counted)
                                    ? Optional.of(true)
                                    : Optional.empty());
        }
        assertThat(
                        auspex.post("/api/models/simulated-5m/predict", "{\"symbol\": \"ETHSIM\"}")
                                .statusCode())
                .isEqualTo(200);
        exported =
                auspex.get("/q/metrics")
                        .body()
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.split("[{ ]", 2)[0])
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    @AfterAll
    static void end() throws IOException {
        if (auspex != null) {
            auspex.close();
        }
        collector.close();
    }

    /**
     * What a route needs and a native executable lacks is missed when the route is called, and not
     * before.
     */
    @Test
    void noRouteThatOnlyReadsFails() throws Exception {
        String signal = auspex.json("/api/signals?limit=1").path(0).path("id").asText();
        Map<String, String> places =
                Map.of(
                        "/refits/{id}", "/refits/1",
                        "/backtests/{id}", "/backtests/1",
                        "/signals/{id}", "/signals/" + signal,
                        "{name}", "simulated-5m",
                        "{model}", "simulated-5m",
                        "{version}", "1",
                        "{symbol}", "ETHSIM");
        int asked = 0;
        for (String line : Files.readAllLines(ACCESS)) {
            String[] words = line.trim().split("\\s+");
            if (words[0].equals("GET")) {
                String path = words[1];
                for (Map.Entry<String, String> place : places.entrySet()) {
                    path = path.replace(place.getKey(), place.getValue());
                }
                assertThat(path).as("a place that has nothing to stand in it").doesNotContain("{");
                HttpResponse<String> answer = auspex.get(path);
                assertThat(answer.statusCode()).as(path + ": " + answer.body()).isLessThan(500);
                asked++;
            }
        }
        assertThat(asked).isGreaterThan(40);
    }

    @Test
    void theListIsWhatIsExported() throws IOException {
        Set<String> listed = new TreeSet<>();
        Set<String> always = new TreeSet<>();
        boolean sometimes = false;
        for (String line : Files.readAllLines(LIST)) {
            Matcher name = LISTED.matcher(line);
            sometimes |= line.startsWith("Only where it is in use");
            if (name.find()) {
                listed.add(name.group(1));
                if (!sometimes) {
                    always.add(name.group(1));
                }
            }
        }
        Set<String> ours = new TreeSet<>();
        exported.stream()
                .filter(name -> name.startsWith("auspex_"))
                .map(name -> listed.contains(name) ? name : SUFFIX.matcher(name).replaceFirst(""))
                .forEach(ours::add);
        assertThat(listed).containsAll(ours);
        assertThat(ours).containsAll(always);
    }

    @Test
    void dashboardsAndAlertsNameWhatIsExported() throws IOException {
        Set<String> named = new TreeSet<>();
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            for (Path file : files.sorted().toList()) {
                for (JsonNode panel : Json.mapper().readTree(file.toFile()).path("panels")) {
                    panel.path("targets")
                            .forEach(target -> names(target.path("expr").asText(), named));
                }
            }
        }
        for (String line : Files.readAllLines(ALERTS)) {
            if (line.strip().startsWith("expr:")) {
                names(line, named);
            }
        }
        assertThat(named).hasSizeGreaterThan(20);
        named.removeAll(exported);
        assertThat(named).as("metrics that nothing exports").isEmpty();
    }

    @Test
    void everyLineOfTheLogIsJsonOnceTheServiceStarts() throws IOException {
        List<String> lines = auspex.log().lines().filter(line -> line.startsWith("{")).toList();
        assertThat(lines).isNotEmpty();
        for (String line : lines) {
            JsonNode json = Json.mapper().readTree(line);
            assertThat(json.path("message").isTextual()).isTrue();
            assertThat(json.path("level").isTextual()).isTrue();
            assertThat(json.path("loggerName").isTextual()).isTrue();
        }
        assertThat(auspex.log())
                .doesNotContainPattern("(?m)^\\d\\d:\\d\\d:\\d\\d (INFO|WARN|ERROR)");
    }

    @Test
    void theLifeOfACloseIsOneTraceAndItsIdIsInTheLog() throws Exception {
        OtlpCollector.Span close =
                auspex.await(
                        "the trace of a close with signals",
                        EXPORT,
                        () ->
                                collector.spans().stream()
                                        .filter(span -> span.name().equals("close"))
                                        .filter(span -> span.attributes().containsKey("seq"))
                                        .filter(span -> steps(span).size() == STEPS.size())
                                        .findFirst());
        assertThat(close.parentId()).isEmpty();
        assertThat(steps(close)).extracting(OtlpCollector.Span::name).isEqualTo(STEPS);
        // From the features to the decisions it may be while the candles are being stored.
        OtlpCollector.Span ingest = steps(close).getFirst();
        long before = ingest.startNanos();
        assertThat(before).isEqualTo(close.startNanos());
        for (OtlpCollector.Span step : steps(close).subList(1, STEPS.size())) {
            assertThat(step.startNanos()).as(step.name()).isGreaterThanOrEqualTo(before);
            assertThat(step.endNanos()).isBetween(step.startNanos(), close.endNanos());
            before = step.endNanos();
        }
        assertThat(steps(close).get(STEPS.indexOf("commit")).startNanos())
                .as("nothing is appended before the candles are stored")
                .isGreaterThanOrEqualTo(ingest.endNanos());

        long seq = Long.parseLong(close.attributes().get("seq"));
        JsonNode signal = auspex.json("/api/signals?limit=1&after=" + (seq - 1)).path(0);
        String correlation = close.attributes().get("correlation");
        long closeTime = Instant.parse(signal.path("close_time").asText()).toEpochMilli();
        assertThat(correlation).startsWith("simulated:").endsWith("@" + closeTime);
        JsonNode line =
                log().stream()
                        .filter(json -> json.at("/mdc/correlation").asText().equals(correlation))
                        .filter(json -> json.path("message").asText().contains("in the ledger"))
                        .findFirst()
                        .orElseThrow();
        assertThat(line.at("/mdc/traceId").asText()).isEqualTo(close.traceId());
        assertThat(line.path("message").asText()).endsWith(" " + seq);
        JsonNode receipt = auspex.json("/api/signals/" + signal.path("id").asText());
        assertThat(receipt.path("correlation").asText()).isEqualTo(correlation);
    }

    @Test
    void aRefitIsOneTraceFromItsDatasetToTheSwap() throws Exception {
        OtlpCollector.Span refit =
                auspex.await(
                        "the trace of a refit",
                        EXPORT,
                        () ->
                                collector.spans().stream()
                                        .filter(span -> span.name().equals("refit"))
                                        .findFirst());
        assertThat(refit.parentId()).isEmpty();
        assertThat(refit.attributes())
                .containsEntry("model", "simulated-5m")
                .containsEntry("decision", "PROMOTED");
        List<OtlpCollector.Span> steps = named(refit, List.of("dataset", "worker", "gate", "swap"));
        assertThat(steps)
                .extracting(OtlpCollector.Span::name)
                .containsExactly("dataset", "worker", "gate", "swap");
        assertThat(collector.below(steps.get(1)))
                .extracting(OtlpCollector.Span::name)
                .contains("folds", "fit", "export");
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i).startNanos())
                    .isGreaterThanOrEqualTo(steps.get(i - 1).endNanos());
        }
    }

    private static List<OtlpCollector.Span> steps(OtlpCollector.Span close) {
        return named(close, STEPS);
    }

    /** Below a span, in the order of time; what the database's client tells is left out. */
    private static List<OtlpCollector.Span> named(OtlpCollector.Span parent, List<String> names) {
        return collector.below(parent).stream()
                .filter(span -> names.contains(span.name()))
                .sorted(Comparator.comparingLong(OtlpCollector.Span::startNanos))
                .toList();
    }

    private static List<JsonNode> log() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : auspex.log().lines().toList()) {
            if (line.startsWith("{")) {
                lines.add(Json.mapper().readTree(line));
            }
        }
        return lines;
    }

    private static void names(String expression, Set<String> names) {
        Matcher name = NAME.matcher(expression);
        while (name.find()) {
            names.add(name.group(1));
        }
    }
}
