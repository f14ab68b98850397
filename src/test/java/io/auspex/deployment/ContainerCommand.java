package io.auspex.deployment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a container of the chart runs: the entry point of the JVM's image, with the variables that a
 * rendered Deployment gives it. Only what belongs to the inside of an image is left out: the AOT
 * cache that was made there.
 *
 * @param words of the command line; {@code java} first, the jar where it was packaged
 * @param environment every variable, those of the ConfigMap and those from secrets
 * @param preStopSeconds between the end of new connections and the SIGTERM
 */
public record ContainerCommand(
        List<String> words, Map<String, String> environment, int preStopSeconds) {

    private static final Path DOCKERFILE = Path.of("src/main/docker/Dockerfile.jvm");
    private static final String IN_IMAGE = "/opt/auspex/";
    private static final String PACKAGED = "target/quarkus-app/";

    public ContainerCommand {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /**
     * That of a Deployment.
     *
     * @param example whose manifests are in {@code k8s/manifests}
     * @param role of the Deployment: {@code serve}
     * @param secrets by name and key, {@code auspex-database/url}: what the cluster would know
     */
    public static ContainerCommand of(String example, String role, Map<String, String> secrets)
            throws IOException {
        List<JsonNode> documents =
                Chart.documents(Files.readString(Path.of("k8s/manifests", example + ".yaml")));
        JsonNode deployment = named(documents, "Deployment", "auspex-" + role);
        JsonNode container = deployment.at("/spec/template/spec/containers/0");
        Map<String, String> environment = new LinkedHashMap<>();
        for (JsonNode source : container.path("envFrom")) {
            named(documents, "ConfigMap", source.at("/configMapRef/name").asText())
                    .path("data")
                    .properties()
                    .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText()));
        }
        for (JsonNode variable : container.path("env")) {
            environment.put(variable.path("name").asText(), value(variable, secrets));
        }
        return new ContainerCommand(
                entryPoint(),
                environment,
                container.at("/lifecycle/preStop/sleep/seconds").asInt());
    }

    /** With other settings: what {@code config:} of the chart would set. */
    public ContainerCommand with(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.putAll(settings);
        return new ContainerCommand(words, all, preStopSeconds);
    }

    private static String value(JsonNode variable, Map<String, String> secrets) {
        JsonNode secret = variable.at("/valueFrom/secretKeyRef");
        if (secret.isMissingNode()) {
            return variable.path("value").asText();
        }
        String key = secret.path("name").asText() + "/" + secret.path("key").asText();
        String known = secrets.get(key);
        if (known == null) {
            throw new IllegalArgumentException("the container wants the secret " + key);
        }
        return known;
    }

    private static JsonNode named(List<JsonNode> documents, String kind, String name) {
        return documents.stream()
                .filter(document -> document.path("kind").asText().equals(kind))
                .filter(document -> document.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + kind + " " + name));
    }

    private static List<String> entryPoint() throws IOException {
        String file = Files.readString(DOCKERFILE).replace("\\\n", " ");
        String json =
                file.lines()
                        .filter(line -> line.startsWith("ENTRYPOINT "))
                        .map(line -> line.substring("ENTRYPOINT ".length()))
                        .findFirst()
                        .orElseThrow();
        List<String> words = new ArrayList<>();
        for (String word : Json.mapper().readValue(json, new TypeReference<List<String>>() {})) {
            if (!word.startsWith("-XX:AOTCache=")) {
                words.add(word.replace(IN_IMAGE, PACKAGED));
            }
        }
        return words;
    }
}
