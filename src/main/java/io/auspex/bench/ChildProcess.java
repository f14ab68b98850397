package io.auspex.bench;

import io.auspex.platform.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A main class of this application in a process of its own, run to its end.
 *
 * @param output the last line of its standard output
 * @param seconds from its start to its end
 * @param peakBytes most memory that it had in RAM, as far as it was looked at
 */
record ChildProcess(String output, double seconds, long peakBytes) {

    private static final double NANOS = 1e9;
    private static final long LOOK_MILLIS = 20;

    /** That of the service's workers: on a busy machine it decides. */
    private static final int WORKER_PRIORITY = 19;

    /**
     * @throws IOException with its log when it does not end well
     */
    static ChildProcess run(Class<?> main, String heap, Path folder)
            throws IOException, InterruptedException {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        Path output = folder.resolve("output.txt");
        Path log = folder.resolve("log.txt");
        List<String> words =
                new JavaCommand(
                                main.getName(),
                                heap,
                                Optional.of(temporary),
                                WORKER_PRIORITY,
                                Optional.empty(),
                                List.of(folder.toString()))
                        .words();
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .redirectOutput(output.toFile())
                        .redirectError(log.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        long start = System.nanoTime();
        Process process = builder.start();
        long peak = 0;
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, peakOf(process.pid()));
        }
        double seconds = (System.nanoTime() - start) / NANOS;
        if (process.exitValue() != 0) {
            throw new IOException(main.getSimpleName() + " failed:\n" + Files.readString(log));
        }
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        return new ChildProcess(lines.isEmpty() ? "" : lines.getLast(), seconds, peak);
    }

    /** Most resident bytes so far: proc(5), VmHWM; 0 where there is no such file. */
    static long peakOf(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException | UncheckedIOException ended) {
            return 0;
        }
        return 0;
    }
}
