package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event loops with processors to themselves: what the kernel says of each thread. */
class OwnProcessorsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVENT_LOOP = "vert.x-eventloo";
    private static final String ALLOWED = "Cpus_allowed_list:";

    @TempDir Path folder;

    @Test
    void theFirstProcessorIsTheEventLoopsAndNothingElseRunsThere() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "processors to divide");
        assumeTrue(Files.isDirectory(Path.of("/proc/self/task")), "Linux");
        String all = allowed(Path.of("/proc/self"));
        String first = all.replaceFirst("[^0-9].*", "");
        try (RunningAuspex auspex =
                RunningAuspex.start(
                        "own-processors",
                        RunningAuspex.STARTED_OFTEN,
                        "--feed=none",
                        "--event-loops.own-cpus=1")) {
            Map<String, String> threads =
                    auspex.await(
                            "event loop on processor " + first,
                            PATIENCE,
                            () ->
                                    Optional.of(threads(auspex.pid()))
                                            .filter(found -> loops(found).equals(List.of(first))));
            threads.forEach((name, processors) -> {
                if (name.startsWith("VM Thread") || name.startsWith("GC Thread#")) {
                    assertThat(processors).as(name).isEqualTo(all);
                } else if (!name.startsWith(EVENT_LOOP)) {
                    assertThat(processors).as(name).doesNotMatch("%s([,-].*)?".formatted(first));
                }
            });
            // Requests are answered there: by HTTP, and by what it asks of others meanwhile.
            assertThat(auspex.json("/api/models").isArray()).isTrue();
            Optional<ProcessHandle> database = auspex.database();
            if (database.isPresent()) {
                assertThat(allowed(Path.of("/proc/" + database.get().pid())))
                        .doesNotMatch("%s([,-].*)?".formatted(first));
            }
            assertThat(auspex.log()).contains("processors: " + first + " for event loops");
        }
    }

    @Test
    void moreThanThereAreIsRefusedWithWhatToDo() throws Exception {
        RunningAuspex.theBuildIsNew();
        List<String> words =
                Packaged.command(
                        List.of(
                                "run",
                                "--event-loops.own-cpus=4096",
                                "--feed=none",
                                "--data=" + folder.resolve("data"),
                                "--port=0"));
        Path output = folder.resolve("output.log");
        ProcessBuilder builder = RunningAuspex.command(words).redirectOutput(output.toFile());
        builder.environment().putAll(RunningAuspex.STARTED_OFTEN);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(output))
                .contains("auspex: --event-loops.own-cpus")
                .contains("leave the option away")
                .doesNotContain("starting PostgreSQL")
                .doesNotContain("\tat ");
    }

    private static List<String> loops(Map<String, String> threads) {
        return threads.entrySet().stream()
                .filter(thread -> thread.getKey().startsWith(EVENT_LOOP))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** What each thread may run on, by its name and number. */
    private static Map<String, String> threads(long pid) throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                try {
                    String name = Files.readString(task.resolve("comm")).trim();
                    found.put(name + " " + task.getFileName(), allowed(task));
                } catch (NoSuchFileException ended) {
                    // Between being listed and being read.
                }
            }
        }
        return found;
    }

    private static String allowed(Path task) throws IOException {
        return Files.readAllLines(task.resolve("status")).stream()
                .filter(line -> line.startsWith(ALLOWED))
                .map(line -> line.substring(ALLOWED.length()).trim())
                .findFirst()
                .orElseThrow();
    }
}
