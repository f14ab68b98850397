package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The README keeps its promises: every line of its shell blocks is run here, every file and
 * endpoint that it or another page names exists, and its table of options is the real one. A line
 * of a kind that nobody knows how to run fails too.
 */
class ReadmeIT {

    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final Duration COMMAND = Duration.ofMinutes(5);
    private static final int WATCHED_LINES = 8;

    /** The address that the README calls by. */
    private static final String ADDRESS = "127.0.0.1:8080";

    /** A whole market would take a minute. */
    private static final List<String> SMALL_BENCH = List.of("--days=12", "--symbols=2");

    /** The one that {@code ./auspex run} starts, with a model, signals and features by now. */
    private static RunningAuspex auspex;

    @BeforeAll
    static void start() throws Exception {
        Packaged.requireJvm("the README is about the launcher");
        auspex = RunningAuspex.start("readme");
        auspex.await(
                "decision on the first refit",
                PATIENCE,
                () -> {
                    JsonNode refit = auspex.json("/api/status").path("last_refit");
                    return refit.path("finished_at").isTextual()
                            ? Optional.of(refit)
                            : Optional.empty();
                });
        auspex.await(
                "live features",
                PATIENCE,
                () ->
                        auspex.json("/api/status").path("ledger").path("head").asLong() > 0
                                ? Optional.of(true)
                                : Optional.empty());
    }

    @AfterAll
    static void stop() throws IOException {
        if (auspex != null) {
            auspex.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyCommandRuns() throws IOException {
        List<String> commands = Readme.read("README.md").commands();
        assertThat(commands)
                .contains("./auspex run", "./auspex test", "./auspex status", "./auspex watch");
        return commands.stream()
                .map(command -> DynamicTest.dynamicTest(command, () -> run(command)));
    }

    @Test
    void everyLinkedFileExists() throws IOException {
        for (Readme page : Readme.all()) {
            assertThat(page.links())
                    .as(page.file().toString())
                    .allSatisfy(file -> assertThat(file).exists());
        }
    }

    @Test
    void everyEndpointThatAPageNamesIsThere() throws Exception {
        JsonNode openApi = auspex.json("/q/openapi?format=json");
        List<Pattern> known = new ArrayList<>();
        openApi.path("paths")
                .fieldNames()
                .forEachRemaining(
                        path -> known.add(Pattern.compile(path.replaceAll("\\{[^}]*}", "[^/]+"))));
        Set<String> named = new TreeSet<>();
        for (Readme page : Readme.all()) {
            named.addAll(page.endpoints());
        }
        assertThat(named)
                .hasSizeGreaterThan(10)
                .allSatisfy(endpoint -> {
                    boolean inOpenApi =
                            known.stream().anyMatch(path -> path.matcher(endpoint).matches());
                    assertThat(inOpenApi || isOther(endpoint)).as(endpoint).isTrue();
                });
        System.out.printf("readme: %d endpoints named, all there%n", named.size());
    }

    @Test
    void theTableOfOptionsIsTheRealOne() throws IOException {
        assertThat(Readme.read("README.md").optionRows()).isEqualTo(optionRows());
    }

    @Test
    void theVerificationIsTheOneThatRunsThis() throws IOException {
        assertThat(Files.readString(Packaged.CHECKOUT.resolve(".ci/run")))
                .contains("\nexec ./auspex test\n");
        assertThat(Files.readString(Packaged.CHECKOUT.resolve("auspex")))
                .contains("exec ./mvnw -B verify -Pquality \"$@\"");
    }

    private static void run(String command) throws Exception {
        List<String> words = List.of(command.split(" +"));
        String first = words.getFirst();
        String verb = first.equals("./auspex") && words.size() > 1 ? words.get(1) : first;
        List<String> options = words.subList(Math.min(2, words.size()), words.size());
        switch (verb) {
            case "run" -> service(options);
            case "test" -> theVerificationTakes(options);
            case "status" -> assertThat(finished(atPort(words))).contains("simulated-5m");
            case "watch" -> watch(atPort(words));
            case "bench" -> bench(words);
            case "curl" -> curl(command);
            default -> throw new AssertionError("nobody knows how to try '" + command + "'");
        }
    }

    /** Without options it is the one that runs; any other comes up beside it, and to its end. */
    private static void service(List<String> options) throws Exception {
        if (options.isEmpty()) {
            JsonNode status = auspex.json("/api/status");
            assertThat(status.path("feed").path("state").asText()).isEqualTo("LIVE");
            assertThat(status.path("models").path(0).path("last_decision").asText())
                    .isEqualTo("PROMOTED");
            System.out.println("readme: ./auspex run: " + decision(status));
            return;
        }
        try (RunningAuspex other =
                RunningAuspex.start("readme-run", options.toArray(String[]::new))) {
            JsonNode status =
                    other.await(
                            "end of the feed and of the refit",
                            PATIENCE,
                            () -> Optional.of(other.json("/api/status")).filter(ReadmeIT::isOver));
            System.out.printf(
                    "readme: ./auspex run %s: feed %s, %s%n",
                    String.join(" ", options),
                    status.path("feed").path("state").asText(),
                    decision(status));
        }
    }

    /** A replay at full speed comes to its end, and its refit to one that is explained. */
    private static boolean isOver(JsonNode status) {
        JsonNode refit = status.path("last_refit");
        return status.path("feed").path("state").asText().equals("ENDED")
                && refit.path("finished_at").isTextual()
                && refit.path("reason").isTextual();
    }

    private static String decision(JsonNode status) {
        JsonNode refit = status.path("last_refit");
        return "refit " + refit.path("state").asText() + ", " + refit.path("reason").asText();
    }

    private static void theVerificationTakes(List<String> options) {
        assertThat(options).as("it is running this very test").isEmpty();
    }

    /** Ends it after some lines: by itself it never would. */
    private static void watch(List<String> words) throws Exception {
        Process watch = RunningAuspex.command(words).start();
        try (BufferedReader output = watch.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = new ArrayList<>();
            Thread reader =
                    Thread.ofVirtual()
                            .start(() -> output.lines().limit(WATCHED_LINES).forEach(lines::add));
            assertThat(reader.join(COMMAND)).as("it printed %s", lines).isTrue();
            assertThat(lines).hasSize(WATCHED_LINES).anyMatch(line -> line.contains("ETHSIM"));
        } finally {
            watch.destroyForcibly();
        }
    }

    private static void bench(List<String> words) throws Exception {
        List<String> small = new ArrayList<>(words);
        small.addAll(SMALL_BENCH);
        assertThat(finished(small)).contains("| 0.0 | 1 |", "| 1.0 | 1 |");
    }

    /** As it stands, but at our port, and failing when the answer is no success. */
    private static void curl(String command) throws Exception {
        assertThat(command).contains(ADDRESS);
        String here =
                command.replace(ADDRESS, "127.0.0.1:" + auspex.port())
                        .replaceFirst("^curl ", "curl -f -S -w '\\\\n%{content_type}' ");
        String output = finished(List.of("sh", "-c", here));
        int end = output.lastIndexOf('\n');
        String body = output.substring(0, end);
        assertThat(body).isNotBlank();
        if (output.substring(end).contains("json")) {
            assertThat(Json.mapper().readTree(body).isContainerNode()).isTrue();
        }
    }

    private static List<String> atPort(List<String> words) {
        List<String> there = new ArrayList<>(words);
        there.add("--port=" + auspex.port());
        return there;
    }

    /** What a command has printed; it must end well. */
    private static String finished(List<String> words) throws Exception {
        Path output = Files.createTempFile(Path.of("target/it"), "command", ".log");
        Process process = RunningAuspex.command(words).redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(COMMAND.toMillis(), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        String text = Files.readString(output);
        Files.delete(output);
        assertThat(ended).as("%s has not ended: %s", words, text).isTrue();
        assertThat(process.exitValue()).as("%s: %s", words, text).isZero();
        return text;
    }

    /** What OpenAPI does not list: Quarkus' own interfaces, and the WebSocket. */
    private static boolean isOther(String endpoint) {
        try {
            if (endpoint.startsWith("/q/")) {
                return auspex.get(endpoint).statusCode() == 200;
            }
            return endpoint.equals("/api/stream") && isWebSocket(endpoint);
        } catch (IOException unreachable) {
            throw new AssertionError(unreachable);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private static boolean isWebSocket(String endpoint) {
        try (var client = RunningAuspex.client()) {
            client.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + auspex.port() + endpoint),
                            new WebSocket.Listener() {})
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join()
                    .abort();
            return true;
        }
    }

    /** Rows as the README has them, from the table that the application reads. */
    private static List<String> optionRows() throws IOException {
        Path table = Packaged.CHECKOUT.resolve("src/main/resources/io/auspex/platform/options.txt");
        return Files.readAllLines(table).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\\|", 3))
                .map(cells ->
                        String.format(
                                Locale.ROOT,
                                "| `--%s` | %s | %s |",
                                cells[0].strip(),
                                cells[1].isBlank() ? "" : "`" + cells[1].strip() + "`",
                                // In Markdown a bare <folder> would be a tag, which is not shown.
                                cells[2].strip().replace("<", "\\<")))
                .toList();
    }
}
