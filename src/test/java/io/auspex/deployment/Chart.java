package io.auspex.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Helm chart, rendered by Helm itself (its Java port). */
final class Chart {

    static final Path FOLDER = Path.of("k8s/helm/auspex");

    private static final Path OPTIONS =
            Path.of("src/main/resources/io/auspex/platform/options.txt");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Chart() {}

    /** {@code laptop}, {@code production} and whatever else is in the chart's folder of values. */
    static List<String> examples() {
        try (Stream<Path> files = Files.list(FOLDER.resolve("values"))) {
            return files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code helm template auspex} prints for an example; fails as Helm does. */
    static String render(String example) {
        return command(example).call();
    }

    static TemplateCommand command(String example) {
        return new Helm(FOLDER)
                .template()
                .withName("auspex")
                .withNamespace("auspex")
                .withValuesFile(FOLDER.resolve("values/" + example + ".yaml"));
    }

    /**
     * The environment variables of all options, from the table that {@code ./auspex help} prints.
     */
    static Set<String> knownVariables() {
        try (Stream<String> lines = Files.lines(OPTIONS)) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split("\\|", 2)[0].strip())
                    .map(name ->
                            "AUSPEX_"
                                    + name.toUpperCase(Locale.ROOT)
                                            .replace('.', '_')
                                            .replace('-', '_'))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static LintResult lint() {
        return new Helm(FOLDER).lint().strict().call();
    }

    /** The documents of a rendered text, without empty ones. */
    static List<JsonNode> documents(String yaml) {
        try (var all = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            List<JsonNode> documents = new ArrayList<>();
            all.forEachRemaining(document -> {
                if (document != null && document.isObject()) {
                    documents.add(document);
                }
            });
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
