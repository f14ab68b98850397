package io.auspex.retraining;

import io.auspex.platform.OutputTail;
import io.auspex.platform.PidFile;
import io.auspex.retraining.WorkerOutcome.Failed;
import io.auspex.retraining.WorkerOutcome.Hung;
import io.auspex.retraining.WorkerOutcome.Killed;
import io.auspex.retraining.WorkerOutcome.Succeeded;
import io.auspex.retraining.WorkerOutcome.TimedOut;
import io.auspex.retraining.WorkerOutcome.TooLarge;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * A worker in a process of its own, in a job folder of its own. Its standard output is progress,
 * its standard error a log of which the end is kept. {@link #kill} may be called by any thread at
 * any time; {@link #await} by one.
 */
final class WorkerProcess implements AutoCloseable {

    static final int MAX_LINE_BYTES = 8_192;
    private static final int TAIL_CHARS = 8_192;
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration READERS_GRACE = Duration.ofSeconds(2);

    /** A shell's convention, which Java shares: 128 and the number of the signal. */
    private static final int SIGNAL = 128;

    /** The job cannot be trained; the heap is too small: trying again would not help. */
    private static final Set<Integer> HOPELESS = Set.of(2, 3);

    /** There is nothing to train on. */
    private static final int NOTHING = 6;

    /** A worker needs no database, so it does not get to know one. */
    private static final List<String> SECRETS =
            List.of("AUSPEX_DATABASE", "QUARKUS_DATASOURCE", "PGPASSWORD");

    private static final Logger LOG = Logger.getLogger(WorkerProcess.class);

    private final Process process;
    private final PidFile pidFile;
    private final OutputTail tail = new OutputTail(TAIL_CHARS);
    private final List<Thread> readers;
    private volatile boolean killed;
    private volatile long heardAt = System.nanoTime();

    private WorkerProcess(Process process, Path folder, Consumer<WorkerProgress> onProgress) {
        this.process = process;
        this.pidFile = PidFile.in(folder);
        this.readers =
                List.of(
                        reader("output", process.getInputStream(), line -> hear(line, onProgress)),
                        reader("log", process.getErrorStream(), this::log));
    }

    /**
     * Starts a worker.
     *
     * @param command program and arguments
     * @param folder the job folder, which becomes the working directory
     * @param onProgress called by a thread of this process's own, in order
     */
    static WorkerProcess start(
            List<String> command, Path folder, Consumer<WorkerProgress> onProgress)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> SECRETS.stream().anyMatch(name::startsWith));
        // A second OpenMP thread on a busy machine makes LightGBM slower, not faster.
        environment.put("OMP_NUM_THREADS", "1");
        environment.put("OMP_WAIT_POLICY", "PASSIVE");
        Process process = builder.start();
        WorkerProcess worker = new WorkerProcess(process, folder, onProgress);
        try {
            worker.pidFile.write(process.toHandle());
        } catch (IOException failure) {
            worker.close();
            throw failure;
        }
        worker.readers.forEach(Thread::start);
        return worker;
    }

    /** What a worker may take before it is ended. */
    record Limits(Duration time, Duration silence, long memoryBytes) {}

    /** Waits for the end, or brings it about when one of the limits is passed. */
    WorkerOutcome await(Limits limits) throws InterruptedException {
        try {
            Optional<WorkerOutcome> forced = watch(limits);
            if (forced.isPresent()) {
                end();
            }
            drain();
            if (killed) {
                return new Killed();
            }
            return forced.map(this::withOutput).orElseGet(() -> ended(process.exitValue()));
        } finally {
            close();
        }
    }

    /** Empty when it has ended by itself. */
    private Optional<WorkerOutcome> watch(Limits limits) throws InterruptedException {
        long deadline = System.nanoTime() + limits.time().toNanos();
        while (true) {
            long left = deadline - System.nanoTime();
            long look = Math.clamp(left, 0, LOOK.toNanos());
            if (process.waitFor(look, TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
            Duration silence = Duration.ofNanos(System.nanoTime() - heardAt);
            OptionalLong resident = ResidentMemory.of(process.pid());
            if (deadline - System.nanoTime() <= 0) {
                return Optional.of(new TimedOut(limits.time(), ""));
            }
            if (silence.compareTo(limits.silence()) > 0) {
                return Optional.of(new Hung(silence, ""));
            }
            if (resident.isPresent() && resident.getAsLong() > limits.memoryBytes()) {
                return Optional.of(new TooLarge(resident.getAsLong(), limits.memoryBytes(), ""));
            }
        }
    }

    /** What it wrote last is known when it has been read to the end. */
    private WorkerOutcome withOutput(WorkerOutcome forced) {
        return switch (forced) {
            case TimedOut late -> new TimedOut(late.limit(), tail.text());
            case Hung hung -> new Hung(hung.silence(), tail.text());
            case TooLarge large ->
                    new TooLarge(large.residentBytes(), large.limitBytes(), tail.text());
            case Succeeded _, Failed _, Killed _ -> forced;
        };
    }

    /** Ends the process; {@link #await} answers {@link Killed}. */
    void kill() {
        killed = true;
        end();
    }

    long pid() {
        return process.pid();
    }

    /** Ends the process if it is still there. */
    @Override
    public void close() {
        end();
        try {
            pidFile.delete();
        } catch (IOException leftBehind) {
            LOG.warnf("%s cannot be deleted: %s", pidFile.path(), leftBehind.getMessage());
        }
    }

    /**
     * Ends what a killed service has left running.
     *
     * @param jobs the folder of job folders
     * @return how many processes were ended
     */
    static int endOrphans(Path jobs) throws IOException {
        if (!Files.isDirectory(jobs)) {
            return 0;
        }
        int ended = 0;
        try (var folders = Files.newDirectoryStream(jobs, Files::isDirectory)) {
            for (Path folder : folders) {
                ended += endOrphan(folder) ? 1 : 0;
            }
        }
        return ended;
    }

    private static boolean endOrphan(Path folder) {
        PidFile pidFile = PidFile.in(folder);
        try {
            var orphan = pidFile.running();
            orphan.ifPresent(WorkerProcess::end);
            pidFile.delete();
            return orphan.isPresent();
        } catch (IOException unreadable) {
            LOG.warnf("%s cannot be used: %s", pidFile.path(), unreadable.getMessage());
            return false;
        }
    }

    private void end() {
        end(process.toHandle());
    }

    private static void end(ProcessHandle process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /**
     * What was written before the end is read; a stray child may hold the pipes open for longer.
     */
    private void drain() throws InterruptedException {
        for (Thread reader : readers) {
            if (!reader.join(READERS_GRACE)) {
                LOG.warnf("the %s of worker %d stays open", reader.getName(), process.pid());
            }
        }
    }

    private WorkerOutcome ended(int exitCode) {
        if (exitCode == 0) {
            return new Succeeded();
        }
        String output = tail.text();
        if (exitCode > SIGNAL) {
            return new Failed(
                    "the worker was ended by signal " + (exitCode - SIGNAL), output, true);
        }
        String lastLine = output.substring(output.lastIndexOf('\n') + 1);
        if (exitCode == NOTHING && !lastLine.isBlank()) {
            return new Failed(lastLine, output, false);
        }
        return new Failed(
                "the worker ended with exit code "
                        + exitCode
                        + (lastLine.isBlank() ? "" : ": " + lastLine),
                output,
                !HOPELESS.contains(exitCode));
    }

    private void log(String line) {
        heardAt = System.nanoTime();
        tail.add(line);
    }

    private void hear(String line, Consumer<WorkerProgress> onProgress) {
        heardAt = System.nanoTime();
        WorkerProgress.parse(line).ifPresentOrElse(onProgress, () -> tail.add(line));
    }

    private static Thread reader(String name, InputStream stream, Consumer<String> onLine) {
        // Platform threads: reading a pipe would pin the carrier of a virtual one.
        return Thread.ofPlatform()
                .daemon()
                .name("worker-" + name)
                .unstarted(() -> read(stream, onLine));
    }

    private static void read(InputStream stream, Consumer<String> onLine) {
        try (BoundedLines lines = new BoundedLines(stream, MAX_LINE_BYTES)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                hearOne(line, onLine);
            }
        } catch (IOException | UncheckedIOException closed) {
            LOG.debugf("a worker's stream was closed: %s", closed.getMessage());
        }
    }

    /** Whatever a listener does, the pipe goes on being emptied: a full one blocks the worker. */
    private static void hearOne(String line, Consumer<String> onLine) {
        try {
            onLine.accept(line);
        } catch (RuntimeException failure) {
            LOG.warn("a worker's progress could not be passed on", failure);
        }
    }
}
