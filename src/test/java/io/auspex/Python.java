package io.auspex;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * Scripts of {@code src/test/python}, each set of requirements in a virtual environment under
 * {@code target} that is made once and kept. Where Python or its package registry cannot be
 * reached, the test is skipped and says so.
 */
public final class Python {

    private static final Path SCRIPTS = Path.of("src", "test", "python");
    private static final long INSTALL_SECONDS = 240;

    private final Path interpreter;

    private Python(Path interpreter) {
        this.interpreter = interpreter;
    }

    /** How a script ended, with everything it printed. */
    public record Ended(int exitCode, String output) {}

    /**
     * @param requirements name of the file in {@code src/test/python}
     * @param environment name of the folder in {@code target}
     * @throws TestAbortedException when it cannot be had here
     */
    public static Python with(String requirements, String environment)
            throws IOException, InterruptedException {
        try {
            return install(SCRIPTS.resolve(requirements), Path.of("target", environment));
        } catch (TestAbortedException skipped) {
            System.out.println("SKIPPED: " + requirements + ": " + skipped.getMessage());
            throw skipped;
        }
    }

    /** Runs a script of {@code src/test/python}. */
    public Ended run(long seconds, String script, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(interpreter.toString());
        command.add(SCRIPTS.resolve(script).toString());
        command.addAll(List.of(arguments));
        return run(seconds, command);
    }

    private static Python install(Path requirements, Path environment)
            throws IOException, InterruptedException {
        Path python = environment.resolve("bin").resolve("python").toAbsolutePath();
        Path installed = environment.resolve("installed.txt");
        if (Files.exists(installed) && Files.mismatch(installed, requirements) < 0) {
            return new Python(python);
        }
        assumeTrue(
                run(60, List.of("python3", "-m", "venv", environment.toString())).exitCode() == 0,
                "python3 with venv is not installed");
        Ended pip =
                run(
                        INSTALL_SECONDS,
                        List.of(
                                python.toString(),
                                "-m",
                                "pip",
                                "install",
                                "--quiet",
                                "--only-binary=:all:",
                                "--retries=0",
                                "-r",
                                requirements.toString()));
        assumeTrue(pip.exitCode() == 0, () -> "it cannot be installed: " + pip.output());
        Files.copy(requirements, installed, StandardCopyOption.REPLACE_EXISTING);
        return new Python(python);
    }

    private static Ended run(long seconds, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("python", ".out");
        try {
            Process process;
            try {
                process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile())
                                .start();
            } catch (IOException e) {
                return new Ended(127, String.valueOf(e.getMessage()));
            }
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Ended(124, command.getFirst() + " took more than " + seconds + " s");
            }
            return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
