package io.auspex.security;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code ./auspex check-dependencies}: compares the bill of materials (CycloneDX) with advisories
 * in the format of OSV (https://ossf.github.io/osv-schema/), from a file, a folder, a zip or an
 * address, such as https://osv-vulnerabilities.storage.googleapis.com/Maven/all.zip. Exit code 1
 * when something is affected.
 */
public final class DependencyCheck {

    private static final String USAGE =
            """
            check-dependencies --advisories=<file, folder, zip or http(s) address> [--bom=<bom.json>] [--ignore=<id>,<id>]
            """;

    private DependencyCheck() {}

    /**
     * A component of the service.
     *
     * @param name {@code group:artifact}
     */
    record Component(String name, String version) {}

    /** Something in it that is known to be vulnerable. */
    record Finding(Component component, Advisory advisory) {}

    public static void main(String... arguments) {
        System.exit(run(arguments));
    }

    /** 0 when nothing is affected, 1 when something is, 2 when it could not be told. */
    static int run(String... arguments) {
        Map<String, String> options = new TreeMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 0 || !argument.startsWith("--")) {
                System.err.print(USAGE);
                return 2;
            }
            options.put(argument.substring(2, equals), argument.substring(equals + 1));
        }
        String advisories =
                options.getOrDefault(
                        "advisories", System.getenv().getOrDefault("AUSPEX_ADVISORIES", ""));
        if (advisories.isBlank()) {
            System.err.print(
                    "auspex: say where the advisories are, --advisories=<...> or AUSPEX_ADVISORIES\n"
                            + USAGE);
            return 2;
        }
        try {
            List<Component> components =
                    components(Path.of(options.getOrDefault("bom", "target/bom.json")));
            List<String> ignored = List.of(options.getOrDefault("ignore", "").split(","));
            Findings found = new Findings(components, ignored);
            AdvisorySource.of(advisories).forEach(found::look);
            found.print();
            return found.isClean() ? 0 : 1;
        } catch (IOException | IllegalArgumentException failure) {
            System.err.println("auspex: it could not be told: " + failure.getMessage());
            return 2;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 2;
        }
    }

    /** The Maven components of a bill of materials. */
    static List<Component> components(Path bom) throws IOException {
        if (!Files.exists(bom)) {
            throw new IOException(bom + " does not exist; ./mvnw package -Pquality writes it");
        }
        List<Component> components = new ArrayList<>();
        JsonNode document = Json.mapper().readTree(bom.toFile());
        for (JsonNode component : document.path("components")) {
            if (component.path("purl").asText().startsWith("pkg:maven/")) {
                components.add(
                        new Component(
                                component.path("group").asText()
                                        + ":"
                                        + component.path("name").asText(),
                                component.path("version").asText()));
            }
        }
        if (components.isEmpty()) {
            throw new IOException(bom + " lists no components");
        }
        return components;
    }

    /** What was found so far. */
    static final class Findings {

        private final List<Component> components;
        private final List<String> ignored;
        private final List<Finding> affected = new ArrayList<>();
        private int advisories;

        Findings(List<Component> components, List<String> ignored) {
            this.components = components;
            this.ignored = ignored;
        }

        void look(JsonNode json) {
            advisories++;
            Advisory advisory = Advisory.of(json);
            if (advisory.isWithdrawn() || ignored.contains(advisory.id())) {
                return;
            }
            for (Component component : components) {
                if (advisory.affects(component.name(), component.version())) {
                    affected.add(new Finding(component, advisory));
                }
            }
        }

        boolean isClean() {
            return affected.isEmpty();
        }

        List<Finding> affected() {
            return List.copyOf(affected);
        }

        private void print() {
            affected.forEach(finding ->
                    System.out.printf(
                            "%s %s is affected by %s: %s%n",
                            finding.component().name(),
                            finding.component().version(),
                            finding.advisory().id(),
                            finding.advisory().summary()));
            System.out.printf(
                    "%d components, %d advisories: %d affected%n",
                    components.size(), advisories, affected.size());
        }
    }
}
