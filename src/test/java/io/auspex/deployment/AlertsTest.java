package io.auspex.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the chart's alerts fire on. */
class AlertsTest {

    private static final Path ALERTS = Path.of("k8s/helm/auspex/alerts.yaml");
    private static final Path CASES = Path.of("src/test/resources/alerts/alerts.test.yaml");

    @Test
    void everyAlertHasACaseInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
        List<String> alerts =
                yaml(ALERTS).findValues("alert").stream().map(JsonNode::asText).toList();
        assertThat(alerts).isNotEmpty();
        List<JsonNode> cases =
                yaml(CASES).findValues("alert_rule_test").stream()
                        .flatMap(tests ->
                                Stream.iterate(0, i -> i < tests.size(), i -> i + 1)
                                        .map(tests::path))
                        .toList();
        for (String alert : alerts) {
            assertThat(cases)
                    .filteredOn(each -> each.path("alertname").asText().equals(alert))
                    .extracting(each -> each.path("exp_alerts").isEmpty())
                    .as(alert)
                    .contains(true, false);
        }
    }

    @Test
    void prometheusEvaluatesThemSo() throws Exception {
        Optional<Path> promtool =
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, "promtool"))
                        .filter(Files::isExecutable)
                        .findFirst();
        Assumptions.assumeTrue(
                promtool.isPresent(),
                "skipped: Prometheus' promtool is not on the PATH, so that no alert is evaluated");
        Process process =
                new ProcessBuilder(
                                promtool.orElseThrow().toString(),
                                "test",
                                "rules",
                                CASES.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static JsonNode yaml(Path file) throws IOException {
        return Chart.documents(Files.readString(file)).getFirst();
    }
}
