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
 * {@code ./auspex bench serving} in its shortest form: every comparison is made and told, nothing
 * fails. How fast anything is depends on the machine and is not a test's business.
 */
class ServingBenchIT {

    private static final Path APPLICATION = Path.of("target/quarkus-app").toAbsolutePath();
    private static final int MINUTES = 5;

    @Test
    void tellsOfEveryComparisonWithItsGoalAndLosesNoRequest(@TempDir Path folder) throws Exception {
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
                        "serving",
                        "--seconds=1",
                        "--alternations=1",
                        "--warm-up=1",
                        "--days=10",
                        "--connections=8",
                        "--rate=200");
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
        assertRow(rows, "JSON predict, 60 named features", "at least 0.85");
        assertRow(rows, "the same, p99 with every connection busy", "at most 1.30");
        assertRow(rows, "the same, requests/s, against raw echo", "|");
        assertRow(rows, "binary infer, requests/s, against our own JSON", "at least 2.00");
        assertRow(rows, "binary infer, requests/s, against raw echo", "at least 0.45");
        assertRow(rows, "the same, requests/s, against raw Vert.x", "at least 0.90");
        assertRow(rows, "raw Vert.x, the same infer, requests/s, against raw echo", "|");
        assertRow(rows, "single row in process", "at most 1.30");
        assertRow(rows, "open loop at", "p99.9");
        assertRow(rows, "the same, a swap every second", "at most 1.20");
        assertRow(rows, "the same, during a whole refit, worker on", "at most 1.30");
        assertRow(rows, "worker on the service's processor", "at most 3.00");
        assertThat(rows).anyMatch(row -> row.startsWith("| requests failed | 0 of "));
    }

    private static void assertRow(List<String> rows, String what, String goal) {
        assertThat(rows).anyMatch(row -> row.contains(what) && row.contains(goal));
    }
}
