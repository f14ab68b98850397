package io.auspex.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.JavaCommand;
import io.auspex.platform.Json;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a native executable asks of us and a Java virtual machine does not. It takes over what the
 * static fields of our classes hold when it is built; finds no resource and makes no service that
 * nobody has named; and what it cannot take over, or does not find, is known when it is built or
 * run at last.
 */
class NativeImageTest {

    private static final Path RESOURCES = Path.of("src", "main", "resources");
    private static final Path SERVICES = RESOURCES.resolve("META-INF/services");
    private static final Path METADATA =
            RESOURCES.resolve("META-INF/native-image/io.auspex/auspex/reachability-metadata.json");

    /** Hibernate finds it by its name. */
    private static final Pattern MADE_BY_A_QUERY = Pattern.compile("select new ([a-zA-Z0-9_.]+)");

    @Test
    void noStaticFieldHoldsWhatOnlyARunningProcessHas() throws Exception {
        // In a process of its own: here other tests have used what is made on demand.
        Process process =
                new ProcessBuilder(
                                JavaCommand.of(StaticFields.class.getName(), "512m", List.of())
                                        .words())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        List<String> said = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        assertThat(said).last().asString().matches("looked at [1-9][0-9]{3,} objects");
        assertThat(said).hasSize(1);
    }

    @Test
    void whatAStaticFieldHoldsIsFound() throws Exception {
        record Held(List<Optional<Random>> randoms) {}
        StaticFields fields = new StaticFields();
        fields.follow("field", new Held(List.of(Optional.of(new Random(1)))));
        assertThat(fields.found()).containsExactly("field.randoms[]?: java.util.Random");
    }

    @Test
    void everyResourceOfOursIsIncluded() throws IOException {
        List<PathMatcher> included =
                Stream.of(property("quarkus.native.resources.includes").split(","))
                        .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
                        .toList();
        try (Stream<Path> files =
                Stream.of("io", "db")
                        .map(RESOURCES::resolve)
                        .flatMap(folder -> files(folder).stream())) {
            assertThat(files.map(RESOURCES::relativize))
                    .isNotEmpty()
                    .allSatisfy(file ->
                            assertThat(included).anyMatch(matcher -> matcher.matches(file)));
        }
    }

    @Test
    void everyServiceOfOursCanBeMade() throws IOException {
        JsonNode metadata = Json.mapper().readTree(METADATA.toFile());
        List<String> withConstructor = new ArrayList<>();
        metadata.path("reflection")
                .forEach(entry ->
                        entry.path("methods")
                                .forEach(method -> {
                                    if (method.path("name").asText().equals("<init>")
                                            && method.path("parameterTypes").isEmpty()) {
                                        withConstructor.add(entry.path("type").asText());
                                    }
                                }));
        assertThat(files(SERVICES)).isNotEmpty();
        for (Path service : files(SERVICES)) {
            assertThat(metadata.path("resources").findValuesAsText("glob"))
                    .contains("META-INF/services/" + service.getFileName());
            assertThat(withConstructor).containsAll(Files.readAllLines(service));
        }
    }

    @Test
    void everyClassThatAQueryMakesIsRegistered() throws Exception {
        Set<String> made = new TreeSet<>();
        for (Path source : files(Path.of("src", "main", "java"))) {
            Matcher matcher = MADE_BY_A_QUERY.matcher(Files.readString(source));
            while (matcher.find()) {
                made.add(matcher.group(1));
            }
        }
        assertThat(made).isNotEmpty();
        for (String name : made) {
            assertThat(Class.forName(name)).hasAnnotation(RegisterForReflection.class);
        }
    }

    /** Unregistered it is written by its Java name, and nothing fails: see decision 37. */
    @Test
    void everyTypeThatSaysHowItIsWrittenAsJsonIsRegistered() throws IOException {
        List<String> lists = new ArrayList<>();
        List<Path> own = new ArrayList<>();
        for (Path source : files(Path.of("src", "main", "java"))) {
            String text = Files.readString(source);
            if (text.contains("@RegisterForReflection")) {
                lists.add(text);
            } else if (text.contains("@JsonValue") || text.contains("@JsonCreator")) {
                own.add(source);
            }
        }
        assertThat(lists).isNotEmpty();
        for (Path source : own) {
            String name = source.getFileName().toString().replace(".java", "");
            assertThat(lists)
                    .as(source.toString())
                    .anyMatch(list ->
                            list.contains(" " + name + ".class")
                                    || list.contains("." + name + "\""));
        }
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String property(String name) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(RESOURCES.resolve("application.properties"))) {
            properties.load(in);
        }
        return properties.getProperty(name);
    }
}
