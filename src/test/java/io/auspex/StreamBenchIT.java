package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./auspex bench stream} in its shortest form: every comparison is made and told, and every
 * subscriber that does not read is closed as one that cannot keep up. How fast anything is depends
 * on the machine and is not a test's business.
 */
class StreamBenchIT {

    private static final Path APPLICATION = Path.of("target/quarkus-app").toAbsolutePath();
    private static final int MINUTES = 4;

    @Test
    void tellsOfEveryComparisonWithItsGoalAndClosesWhoDoesNotRead(@TempDir Path folder)
            throws Exception {
        Path printed = folder.resolve("table.md");
        Path progress = folder.resolve("progress.txt");
        ProcessBuilder command =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                APPLICATION + "/app/*",
                                APPLICATION + "/lib/main/*",
                                APPLICATION + "/lib/boot/*"),
                        "io.auspex.bench.Bench",
                        "stream",
                        "--subscribers=40",
                        "--speed=6000",
                        "--seconds=1",
                        "--alternations=1",
                        "--warm-up=0",
                        "--close-symbols=20",
                        "--closes=3");
        command.environment().keySet().removeIf(variable -> variable.startsWith("AUSPEX_"));
        Process bench =
                command.redirectOutput(printed.toFile()).redirectError(progress.toFile()).start();
        boolean ended = bench.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            bench.destroyForcibly();
        }
        String table = Files.readString(printed);
        assertThat(ended && bench.exitValue() == 0)
                .as("%s%n%s", table, Files.readString(progress))
                .isTrue();
        List<String> rows = table.lines().filter(line -> line.startsWith("| ")).toList();
        assertRow(rows, "one signal to each", "at least 0.80");
        assertRow(rows, "all signals of a close to each", "at least 0.80");
        assertRow(rows, "p50 / p99 / p99.9", "|");
        assertRow(rows, "2 of 40 subscribers do not read", "at most 1.20");
        assertRow(rows, "of the 2 that do not read, closed with 4008", "[2]");
        assertRow(rows, "20 symbols close at once", "at most 2.00");
        assertRow(rows, "the last signal on the socket", "at most 25.00");
        assertRow(rows, "of that, commit", "|");
    }

    private static void assertRow(List<String> rows, String what, String goal) {
        assertThat(rows)
                .as(String.join("\n", rows))
                .anyMatch(row -> row.contains(what) && row.contains(goal));
    }
}
