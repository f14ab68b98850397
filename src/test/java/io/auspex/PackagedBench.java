package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A measurement of {@code ./auspex bench}, run by the packaged application in a process of its own.
 */
final class PackagedBench {

    private static final Path APPLICATION = Path.of("target/quarkus-app");
    private static final int MINUTES = 10;

    private PackagedBench() {}

    /**
     * Runs it to its end, which must be a good one.
     *
     * @param words its name and its options
     * @return what it has printed
     */
    static String print(Path folder, String... words) throws IOException, InterruptedException {
        Packaged.requireJvm("benches are main classes of the JVM");
        Path printed = folder.resolve("printed.txt");
        Path progress = folder.resolve("progress.txt");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                                "-cp",
                                String.join(
                                        File.pathSeparator,
                                        APPLICATION + "/app/*",
                                        APPLICATION + "/quarkus/generated-bytecode.jar",
                                        APPLICATION + "/lib/main/*",
                                        APPLICATION + "/lib/boot/*"),
                                "io.auspex.bench.Bench"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("AUSPEX_"));
        Process bench =
                builder.redirectOutput(printed.toFile()).redirectError(progress.toFile()).start();
        boolean ended = bench.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            bench.destroy();
            bench.waitFor();
        }
        String table = Files.readString(printed);
        assertThat(ended && bench.exitValue() == 0)
                .as("%s%n%s", table, Files.readString(progress))
                .isTrue();
        return table;
    }
}
