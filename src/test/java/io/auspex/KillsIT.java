package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./auspex bench kills} in a short form: no rule is broken, no refit is left open. */
class KillsIT {

    private static final Path APPLICATION = Path.of("target/quarkus-app").toAbsolutePath();
    private static final int MINUTES = 8;

    @Test
    void nothingIsLostDoubledOrHalfWrittenByKillsAtRandomMoments(@TempDir Path folder)
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
                        "kills",
                        "--kills=8",
                        "--seed=3");
        Process bench =
                command.redirectOutput(printed.toFile()).redirectError(progress.toFile()).start();
        boolean ended = bench.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            bench.destroy();
            bench.waitFor();
        }
        String table = Files.readString(printed);
        assertThat(ended && bench.exitValue() == 0)
                .as("%s%n%s", table, Files.readString(progress))
                .isTrue();
        assertThat(table.lines())
                .contains("| not ended | 0 |", "| rules broken | 0 |")
                .noneMatch(line -> line.equals("| refits accepted by the service | 0 |"));
    }
}
