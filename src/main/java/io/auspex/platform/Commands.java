package io.auspex.platform;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short commands of the operating system and gives back how they ended. */
final class Commands {

    private Commands() {}

    /**
     * @param exitCode 0 when it succeeded; 127 when the command does not exist
     * @param output standard output and error as they came
     */
    record Outcome(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    /**
     * Runs a command with a bounded wait. Its output goes through a file and not a pipe: a server
     * that the command leaves behind would keep a pipe open for ever.
     */
    static Outcome run(Duration timeout, List<String> command) {
        try {
            Path output = Files.createTempFile("auspex-command", ".log");
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile())
                                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                                .start();
                if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    return new Outcome(
                            124,
                            Files.readString(output)
                                    + "\ntimed out after "
                                    + timeout.toSeconds()
                                    + " s");
                }
                return new Outcome(process.exitValue(), Files.readString(output).strip());
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, interrupted);
        } catch (IOException failure) {
            return new Outcome(127, String.valueOf(failure.getMessage()));
        }
    }

    static void deleteRecursively(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot delete " + folder, failure);
        }
    }
}
