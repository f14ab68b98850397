package io.auspex.uploads;

import io.auspex.platform.JavaCommand;
import io.auspex.uploads.InspectionResult.Refused;
import io.quarkus.runtime.ImageMode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The process that opens what nobody has proven harmless, and the limits that it lives in: a
 * deadline, its Java heap, an address space ({@code prlimit}, where there is one), and its resident
 * memory, looked at every {@value #LOOK_MILLIS} ms. However it ends, the answer is a result;
 * without a {@code result.json} it is a refusal that says how it ended.
 *
 * @param heap as in {@code -Xmx}
 * @param memoryBytes of the whole process
 */
record InspectorProcess(String heap, long memoryBytes, Duration timeout) {

    static final String TIMEOUT = "upload-timeout";

    private static final int LOOK_MILLIS = 50;
    private static final int LOWEST_PRIORITY = 19;

    /** A shell's convention, which Java shares: 128 and the number of the signal. */
    private static final int SIGNAL = 128;

    /** What it may write: the model again, its report, a library that is unpacked, a log. */
    private static final long MAX_FILE_BYTES = 512L << 20;

    /**
     * Address space is reserved long before it is used: by the Java runtime, and a stack a thread.
     */
    private static final long RESERVED_BYTES = 2L << 30;

    /** It needs no database, so it does not get to know one. */
    private static final Set<String> ENVIRONMENT =
            Set.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH");

    private static final Logger LOG = Logger.getLogger(InspectorProcess.class);

    /** Runs an inspection to its end. Blocking; an interrupt ends the process. */
    InspectionResult run(InspectionFolder folder) throws IOException, InterruptedException {
        Process process = builder(folder).start();
        try {
            Optional<Refused> ended = watch(process);
            if (ended.isPresent()) {
                return ended.get();
            }
            return result(folder, process.exitValue());
        } finally {
            end(process);
        }
    }

    private ProcessBuilder builder(InspectionFolder folder) {
        ProcessBuilder builder =
                new ProcessBuilder(command(folder))
                        .directory(folder.path().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.log().toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(ENVIRONMENT);
        // Smaller reservations, so that the address space can be bounded; no core of a crash.
        environment.put(
                "JDK_JAVA_OPTIONS",
                "-XX:CompressedClassSpaceSize=64m -XX:ReservedCodeCacheSize=64m"
                        + " -XX:TieredStopAtLevel=1 -XX:-CreateCoredumpOnCrash -Xss1m");
        environment.put("MALLOC_ARENA_MAX", "2");
        shorten(builder.command(), environment);
        environment.put("OMP_NUM_THREADS", "1");
        return builder;
    }

    /**
     * ONNX Runtime 1.29 on Linux reads its own command line, recursively: a class path of 30 kB
     * overflows its stack. So the class path goes into the environment.
     */
    private static void shorten(List<String> command, Map<String, String> environment) {
        int at = command.indexOf("-cp");
        if (at >= 0) {
            environment.put("CLASSPATH", command.get(at + 1));
            command.subList(at, at + 2).clear();
        }
    }

    private List<String> command(InspectionFolder folder) {
        List<String> words = new ArrayList<>();
        if (prlimit().isPresent()) {
            words.add(prlimit().get());
            words.add("--as=" + (memoryBytes + RESERVED_BYTES));
            words.add("--core=0");
            words.add("--fsize=" + MAX_FILE_BYTES);
            words.add("--cpu=" + (2 * timeout.toSeconds() + 10));
        }
        words.addAll(
                new JavaCommand(
                                Inspector.class.getName(),
                                heap,
                                Optional.of(folder.temporary()),
                                LOWEST_PRIORITY,
                                Optional.empty(),
                                List.of(folder.path().toString()))
                        .words());
        if (ImageMode.current().isNativeImage()) {
            // It would reserve more for its heap than may be had.
            words.add(
                    words.indexOf("-Xmx" + heap),
                    "-XX:ReservedAddressSpaceSize=" + RESERVED_BYTES / 2);
        }
        return words;
    }

    /** Waits for the end, or brings it about: then it says why. */
    private Optional<Refused> watch(Process process) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            OptionalLong resident = ProcessMemory.resident(process.pid());
            if (resident.isPresent() && resident.getAsLong() > memoryBytes) {
                return Optional.of(
                        refused(
                                "looking at it needs more than %d MB of memory"
                                        .formatted(memoryBytes >> 20)));
            }
            if (System.nanoTime() > deadline) {
                return Optional.of(
                        new Refused(
                                TIMEOUT,
                                "the inspection did not end within %s: the model is too slow, or never answers"
                                        .formatted(seconds())));
            }
        }
        return Optional.empty();
    }

    private InspectionResult result(InspectionFolder folder, int exitCode) {
        @Nullable InspectionResult result = null;
        try {
            result = exitCode == 0 ? folder.readResult() : null;
        } catch (IOException garbage) {
            LOG.warnf("an inspection wrote a result that cannot be read: %s", garbage.getMessage());
        }
        if (result != null) {
            return result;
        }
        LOG.warnf("an inspection ended with exit code %d: %s", exitCode, lastLines(folder.log()));
        if (exitCode == Inspector.OUT_OF_MEMORY) {
            return refused("reading it needs more than %s of Java heap".formatted(heap));
        }
        return exitCode > SIGNAL
                ? refused(
                        "it crashes the process that opens it (signal %d)"
                                .formatted(exitCode - SIGNAL))
                : refused("the process that opened it failed (exit code %d)".formatted(exitCode));
    }

    private static Refused refused(String reason) {
        return new Refused(RefusedModelException.REFUSED, reason);
    }

    private String seconds() {
        return timeout.toMillis() / 1000.0 + " s";
    }

    private static void end(Process process) throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.waitFor(5, TimeUnit.SECONDS);
    }

    private static String lastLines(Path log) {
        try {
            byte[] all = Files.size(log) > 1 << 20 ? new byte[0] : Files.readAllBytes(log);
            String text = new String(all, java.nio.charset.StandardCharsets.UTF_8).strip();
            return text.substring(Math.max(0, text.length() - 1_000));
        } catch (IOException unreadable) {
            return "without a log";
        }
    }

    private static Optional<String> prlimit() {
        for (String folder :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path program = Path.of(folder, "prlimit");
            if (!folder.isEmpty() && Files.isExecutable(program)) {
                return Optional.of(program.toString());
            }
        }
        return Optional.empty();
    }
}
