package io.auspex.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart, and the manifests that are made from it for those without Helm. */
class ChartTest {

    private static final Path MANIFESTS = Path.of("k8s/manifests");

    /** Set by {@code ./auspex manifests}: write instead of compare. */
    private static final boolean WRITE = Boolean.getBoolean("manifests.write");

    /** Variables that the service reads and that are no options of its command line. */
    private static final Set<String> OTHER_VARIABLES =
            Set.of(
                    "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING",
                    "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES");

    static List<String> examples() {
        return Chart.examples();
    }

    @Test
    void helmFindsNothingToSay() {
        LintResult result = Chart.lint();
        assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void whatIsRenderedIsKnownToKubernetes(String example) {
        List<JsonNode> documents = Chart.documents(Chart.render(example));
        assertThat(documents).hasSizeGreaterThan(4);
        documents.forEach(document -> assertThat(Kubernetes.read(document)).isNotNull());
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowIsNoticed() {
        JsonNode deployment =
                Chart.documents(Chart.render("laptop")).stream()
                        .filter(document -> document.path("kind").asText().equals("Deployment"))
                        .findFirst()
                        .orElseThrow();
        ObjectNode container = (ObjectNode) deployment.at("/spec/template/spec/containers/0");
        container.put("imagePullPolice", "Always");
        assertThatThrownBy(() -> Kubernetes.read(deployment))
                .hasMessageContaining("imagePullPolice");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyVariableThatIsSetExists(String example) {
        Set<String> unknown = new TreeSet<>();
        for (JsonNode document : Chart.documents(Chart.render(example))) {
            switch (document.path("kind").asText()) {
                case "ConfigMap" ->
                        document.path("data").fieldNames().forEachRemaining(unknown::add);
                case "Deployment" -> {
                    JsonNode pod = document.at("/spec/template/spec");
                    for (String containers : List.of("containers", "initContainers")) {
                        pod.path(containers)
                                .forEach(container ->
                                        container
                                                .path("env")
                                                .forEach(variable ->
                                                        unknown.add(
                                                                variable.path("name").asText())));
                    }
                }
                default -> {
                    // No variables.
                }
            }
        }
        unknown.removeIf(name -> name.endsWith(".json"));
        assertThat(unknown).contains("AUSPEX_DATABASE_URL", "AUSPEX_HOST");
        unknown.removeAll(Chart.knownVariables());
        unknown.removeAll(OTHER_VARIABLES);
        assertThat(unknown).as("variables that nothing in Auspex reads").isEmpty();
    }

    @Test
    void valuesThatDoNotExistAreRefused() {
        assertThatThrownBy(() -> Chart.command("laptop").set("serve.replica", 3).call())
                .hasMessageContaining("replica");
        assertThatThrownBy(() -> Chart.command("laptop").set("security.mode", "maybe").call())
                .hasMessageContaining("mode");
    }

    @Test
    void kafkaWithoutAnAddressIsRefused() {
        assertThatThrownBy(() -> Chart.command("kafka").set("kafka.bootstrapServers", "").call())
                .hasMessageContaining("kafka.bootstrapServers is needed");
    }

    @Test
    void whoMeasuresNeedsAKeyWhereCallersNeedOne() {
        assertThatThrownBy(() ->
                        Chart.command("production")
                                .set("metrics.serviceMonitor.keySecret", "")
                                .call())
                .hasMessageContaining("metrics.serviceMonitor.keySecret");
        assertThat(Chart.command("laptop").set("metrics.serviceMonitor.enabled", "true").call())
                .contains("kind: ServiceMonitor")
                .doesNotContain("authorization:");
    }

    @Test
    void aWholeNumberOfAnOptionStaysOne() throws IOException {
        Path values = Files.createTempFile("auspex-values", ".yaml");
        try {
            Files.writeString(
                    values, "config: {uploads.max-bytes: 67108864, share: 0.25, plain: true}\n");
            assertThat(Chart.command("laptop").withValuesFile(values).call())
                    .contains("AUSPEX_UPLOADS_MAX_BYTES: \"67108864\"")
                    .contains("AUSPEX_SHARE: \"0.25\"")
                    .contains("AUSPEX_PLAIN: \"true\"");
        } finally {
            Files.delete(values);
        }
    }

    /** A label with a slip of the pen guards, scales and leads to nobody, and nobody says so. */
    @ParameterizedTest
    @MethodSource("examples")
    void whateverSelectsPodsSelectsSome(String example) {
        List<JsonNode> documents = Chart.documents(Chart.render(example));
        List<JsonNode> pods =
                all(documents, "Deployment")
                        .map(deployment -> deployment.at("/spec/template/metadata/labels"))
                        .toList();
        assertThat(all(documents, "Deployment"))
                .allSatisfy(deployment ->
                        assertThat(deployment.at("/spec/template/metadata/labels").properties())
                                .containsAll(
                                        deployment.at("/spec/selector/matchLabels").properties()));
        for (String kind : List.of("PodDisruptionBudget", "Service", "NetworkPolicy")) {
            String pointer =
                    switch (kind) {
                        case "Service" -> "/spec/selector";
                        case "NetworkPolicy" -> "/spec/podSelector/matchLabels";
                        default -> "/spec/selector/matchLabels";
                    };
            assertThat(all(documents, kind))
                    .allSatisfy(document ->
                            assertThat(pods)
                                    .as("%s %s", kind, document.at("/metadata/name").asText())
                                    .anySatisfy(labels ->
                                            assertThat(labels.properties())
                                                    .isNotEmpty()
                                                    .containsAll(
                                                            document.at(pointer).properties())));
        }
        assertThat(all(documents, "HorizontalPodAutoscaler"))
                .allSatisfy(scaler ->
                        assertThat(all(documents, "Deployment"))
                                .extracting(deployment -> deployment.at("/metadata/name").asText())
                                .contains(scaler.at("/spec/scaleTargetRef/name").asText()));
        assertThat(all(documents, "ServiceMonitor"))
                .allSatisfy(monitor ->
                        assertThat(all(documents, "Service"))
                                .anySatisfy(service -> {
                                    assertThat(service.at("/metadata/labels").properties())
                                            .containsAll(
                                                    monitor.at("/spec/selector/matchLabels")
                                                            .properties());
                                    assertThat(service.at("/spec/ports/0/name").asText())
                                            .isEqualTo(
                                                    monitor.at("/spec/endpoints/0/port").asText());
                                }));
    }

    /**
     * A metric that nobody serves keeps a scaler from ever scaling down: so it has to be asked for.
     */
    @Test
    void theExamplesScaleByWhatEveryClusterMeasuresAndByRequestsWhereThatIsAskedFor() {
        assertThat(metrics(Chart.render("production"))).containsExactly("cpu");
        assertThat(
                        metrics(
                                Chart.command("production")
                                        .set("serve.autoscaling.requestsPerSecond", 5000)
                                        .set("refit.autoscaling.enabled", true)
                                        .call()))
                .containsExactly("cpu", "http_server_requests_per_second", "auspex_refits_waiting");
    }

    private static List<String> metrics(String rendered) {
        return all(Chart.documents(rendered), "HorizontalPodAutoscaler")
                .flatMap(scaler -> scaler.at("/spec/metrics").valueStream())
                .map(metric ->
                        metric.at("/resource/name").asText()
                                + metric.at("/pods/metric/name").asText()
                                + metric.at("/external/metric/name").asText())
                .toList();
    }

    @Test
    void onlyWhoServesWaitsForItsModels() throws IOException {
        String variable = "AUSPEX_INFERENCE_REQUIRED_MODELS";
        Map<String, String> secrets =
                Map.of(
                        "auspex-database/url", "u",
                        "auspex-database/username", "u",
                        "auspex-database/password", "p",
                        "auspex-security/admin-key", "a",
                        "auspex-security/secrets-key", "s");
        assertThat(ContainerCommand.of("production", "serve", secrets).environment())
                .containsEntry(variable, "binance-5m");
        for (String role : List.of("ingest", "refit")) {
            assertThat(ContainerCommand.of("production", role, secrets).environment())
                    .doesNotContainKey(variable)
                    .containsEntry("AUSPEX_FEED", "binance");
        }
    }

    /** A metric that is not there is larger than nothing. */
    @Test
    void thatNobodyIngestsIsAnAlertOfItsOwn() {
        assertThat(all(Chart.documents(Chart.render("production")), "PrometheusRule"))
                .flatExtracting(rule -> rule.at("/spec/groups/0/rules").valueStream().toList())
                .anySatisfy(rule -> {
                    assertThat(rule.path("alert").asText()).isEqualTo("AuspexNobodyIngests");
                    // What does not lead says NaN, and NaN is not left by a comparison.
                    assertThat(rule.path("expr").asText())
                            .isEqualTo("absent(auspex_feed_lag_seconds >= 0)");
                    assertThat(rule.at("/labels/severity").asText()).isEqualTo("critical");
                });
    }

    @Test
    void productionHasWhatItIsNamedFor() {
        List<JsonNode> documents = Chart.documents(Chart.render("production"));
        for (String kind :
                List.of(
                        "PodDisruptionBudget",
                        "HorizontalPodAutoscaler",
                        "NetworkPolicy",
                        "Ingress",
                        "ServiceMonitor",
                        "PrometheusRule")) {
            assertThat(all(documents, kind)).as(kind).isNotEmpty();
        }
        assertThat(all(documents, "PodDisruptionBudget"))
                .extracting(budget -> budget.at("/metadata/name").asText())
                .containsExactly("auspex-serve", "auspex-ingest");
    }

    private static Stream<JsonNode> all(List<JsonNode> documents, String kind) {
        return documents.stream().filter(document -> document.path("kind").asText().equals(kind));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void noContainerRunsAsRootOrWritesItsImage(String example) {
        Chart.documents(Chart.render(example)).stream()
                .filter(document -> document.path("kind").asText().equals("Deployment"))
                .forEach(deployment -> {
                    JsonNode pod = deployment.at("/spec/template/spec");
                    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
                    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
                    for (String containers : List.of("containers", "initContainers")) {
                        pod.path(containers).forEach(ChartTest::assertIsConfined);
                    }
                });
    }

    private static void assertIsConfined(JsonNode container) {
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theManifestsAreWhatTheChartSays(String example) throws IOException {
        Path file = MANIFESTS.resolve(example + ".yaml");
        String rendered =
                "# Rendered from k8s/helm/auspex with values/%s.yaml by ./auspex manifests; do not edit.\n"
                                .formatted(example)
                        + Chart.render(example);
        if (WRITE) {
            Files.createDirectories(MANIFESTS);
            Files.writeString(file, rendered);
        }
        assertThat(file)
                .as("./auspex manifests writes it again")
                .exists()
                .content()
                .isEqualTo(rendered);
    }
}
