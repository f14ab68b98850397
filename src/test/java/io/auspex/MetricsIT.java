package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
 * exports, and the log of a container is JSON.
 */
class MetricsIT {

    private static final Path LIST = Path.of("docs/metrics.md");
    private static final Path DASHBOARDS = Path.of("k8s/helm/auspex/dashboards");
    private static final Path ALERTS = Path.of("k8s/helm/auspex/alerts.yaml");
    private static final Pattern LISTED = Pattern.compile("^\\| `(auspex_[a-z_]+)`");
    private static final Pattern NAME =
            Pattern.compile(
                    "\\b((?:auspex|http_server|sql_pool|postgresql|process|jvm)_[a-z_]+)\\b");
    private static final Pattern SUFFIX = Pattern.compile("_(bucket|count|sum|max)$");

    private static RunningAuspex auspex;
    private static Set<String> exported;

    @BeforeAll
    static void aServiceThatHasDoneEverything() throws Exception {
        auspex =
                RunningAuspex.start(
                        "metrics",
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
        auspex.await(
                "a signal",
                Duration.ofMinutes(1),
                () ->
                        auspex.get("/q/metrics").body().contains("auspex_signals_total{")
                                ? Optional.of(true)
                                : Optional.empty());
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

    private static void names(String expression, Set<String> names) {
        Matcher name = NAME.matcher(expression);
        while (name.find()) {
            names.add(name.group(1));
        }
    }
}
