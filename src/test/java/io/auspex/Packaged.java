package io.auspex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What was packaged last under {@code target/}, and is tested: the application of the JVM, or a
 * native executable.
 */
final class Packaged {

    /** Where the README says that one stands. */
    static final Path CHECKOUT = Path.of("").toAbsolutePath();

    static final Path APPLICATION = CHECKOUT.resolve("target/quarkus-app/quarkus-run.jar");

    private static final String EXECUTABLE = "-runner";

    private Packaged() {}

    static boolean isNative() {
        return executable().isPresent();
    }

    /** The command line of {@code ./auspex} with these words, for what was packaged. */
    static List<String> command(List<String> words) {
        List<String> command = new ArrayList<>();
        command.add(executable().map(Path::toString).orElse("./auspex"));
        command.addAll(words);
        return command;
    }

    /** The command line of the entry point of its image: {@code java} with these words, or it. */
    static List<String> entryPoint(List<String> ofTheJvm) {
        List<String> words = new ArrayList<>(ofTheJvm);
        words.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        return executable().map(file -> List.of(file.toString())).orElse(words);
    }

    /** Skips a test of what a native executable does not have, and says so. */
    static void requireJvm(String why) {
        Assumptions.assumeFalse(isNative(), "skipped for a native executable: " + why);
    }

    /** It, when it is there and nothing was packaged for the JVM since. */
    private static Optional<Path> executable() {
        try (Stream<Path> files = Files.list(CHECKOUT.resolve("target"))) {
            Optional<Path> found =
                    files.filter(file -> file.getFileName().toString().endsWith(EXECUTABLE))
                            .filter(Files::isRegularFile)
                            .filter(Files::isExecutable)
                            .findFirst();
            return found.isPresent()
                            && Files.exists(APPLICATION)
                            && Files.getLastModifiedTime(APPLICATION)
                                            .compareTo(Files.getLastModifiedTime(found.get()))
                                    > 0
                    ? Optional.empty()
                    : found;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
