package io.auspex.bench;

import io.auspex.platform.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A main class of the bench in a process of its own, on processors of its own, spoken to in lines.
 * It ends with its input, so that it does not outlive us.
 */
final class LineProcess implements AutoCloseable {

    private static final Duration END = Duration.ofSeconds(10);

    private final String name;
    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    private LineProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        this.output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * @param cpus empty for any
     */
    static LineProcess start(Class<?> main, Optional<String> cpus, String... arguments)
            throws IOException {
        JavaCommand command =
                new JavaCommand(
                        main.getName(), "1g", Optional.empty(), 0, cpus, List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command.words()).redirectError(ProcessBuilder.Redirect.INHERIT);
        return new LineProcess(main.getSimpleName(), builder.start());
    }

    long pid() {
        return process.pid();
    }

    synchronized void say(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** The next line that it prints. */
    String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException(name + " has ended");
        }
        return line;
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END)) {
                process.destroyForcibly();
            }
        } catch (IOException alreadyEnded) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
