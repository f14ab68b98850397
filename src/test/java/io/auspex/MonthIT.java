package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./auspex bench month} in a short form: the market's law turns into the opposite, a refit
 * is started for that reason, and the new champion knows the new law. Everything that happens
 * follows from the seed.
 */
class MonthIT {

    private static final Path APPLICATION = Path.of("target/quarkus-app").toAbsolutePath();
    private static final int MINUTES = 15;

    @Test
    void theChampionFindsItsWayAfterTheMarketHasChanged(@TempDir Path folder) throws Exception {
        Path printed = folder.resolve("month.md");
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
                        "month",
                        "--days=9",
                        "--change-day=2",
                        "--history=30",
                        "--first-seed=7",
                        "--recovered=0.5");
        Process bench =
                command.redirectOutput(printed.toFile()).redirectError(progress.toFile()).start();
        boolean ended = bench.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            bench.destroy();
            bench.waitFor();
        }
        String story = Files.readString(printed);
        assertThat(ended && bench.exitValue() == 0)
                .as("%s%n%s", story, Files.readString(progress))
                .isTrue();
        assertThat(story)
                .as("the reason of the refit that the change started")
                .containsPattern("refit of refit \\d+: .*direction.*of the base rates");
        assertThat(story)
                .as("what became of it in the end")
                .containsPattern("PROMOTED of refit \\d+: .*beats champion v1");
        assertThat(story.lines())
                .anyMatch(line -> line.startsWith("met: the change started a refit"))
                .anyMatch(line -> line.startsWith("met: skill "))
                .noneMatch(line -> line.startsWith("MISSED"));
    }
}
