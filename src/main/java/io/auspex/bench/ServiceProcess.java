package io.auspex.bench;

import io.auspex.platform.DataFolder;
import io.auspex.platform.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The packaged service as users run it, in a process that can be killed and started again, on a
 * data folder of its own, with a PostgreSQL that the bench reaches too and that survives it.
 * Everything goes with {@link #close}, workers that it left behind too. One thread; {@link #api}
 * any.
 */
final class ServiceProcess implements AutoCloseable {

    /** A first start on a busy machine, the first refit included. */
    static final Duration START = Duration.ofMinutes(4);

    private static final Duration STOP = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final long PAGE_BYTES = 4096;
    private static final int LOG_LINES = 40;

    private final ServiceStart start;
    private final Path folder;
    private final DataFolder data;
    private final EmbeddedPostgres postgres;
    private final int port = freePort();
    private final ServiceApi api = new ServiceApi(port);

    /** For whoever ends the bench early. */
    private final Thread stopping = new Thread(this::endEverything, "end the service");

    private volatile Optional<Process> process = Optional.empty();

    /** Something that may not be so yet. */
    interface Probe<T> {
        Optional<T> look() throws IOException, InterruptedException, SQLException;
    }

    private ServiceProcess(
            ServiceStart start, Path folder, DataFolder data, EmbeddedPostgres postgres)
            throws IOException {
        this.start = start;
        this.folder = folder;
        this.data = data;
        this.postgres = postgres;
        Runtime.getRuntime().addShutdownHook(stopping);
    }

    /** Its database and its folders; it does not run yet. */
    static ServiceProcess prepared(ServiceStart start) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("auspex-bench");
        DataFolder data = DataFolder.lock(folder);
        EmbeddedPostgres postgres = EmbeddedPostgres.start(data);
        if (start.processors().database().isPresent()) {
            Processors.move(postgres.pid(), start.processors().database().get());
        }
        return new ServiceProcess(start, folder, data, postgres);
    }

    /** One that is ready. */
    static ServiceProcess ready(ServiceStart start)
            throws IOException, InterruptedException, SQLException {
        ServiceProcess service = prepared(start);
        boolean ready = false;
        try {
            service.launch();
            service.await(
                    "readiness",
                    START,
                    () -> {
                        service.api.get("/q/health/ready");
                        return Optional.of(true);
                    });
            ready = true;
            return service;
        } finally {
            if (!ready) {
                service.close();
            }
        }
    }

    /** Starts it, and does not wait. */
    void launch() throws IOException {
        List<String> words = new ArrayList<>(start.words());
        words.add("--host=127.0.0.1");
        words.add("--port=" + port);
        words.add("--data=" + folder.resolve("service"));
        words.add("--database.url=" + postgres.reactiveUrl());
        words.add("--database.username=" + postgres.username());
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AUSPEX_"));
        builder.environment().put("AUSPEX_DATABASE_PASSWORD", postgres.password());
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        process = Optional.of(builder.start());
    }

    int port() {
        return port;
    }

    long pid() {
        return running().pid();
    }

    ServiceApi api() {
        return api;
    }

    /** A connection to its database. */
    Connection database() throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    /** Its memory that is in RAM, in bytes: proc(5), statm. */
    long residentBytes() throws IOException {
        String statm = Files.readString(Path.of("/proc/" + pid() + "/statm"));
        return Long.parseLong(statm.split(" ", 3)[1]) * PAGE_BYTES;
    }

    /** Every worker in its data folder, those of earlier lives too. */
    List<ProcessHandle> workers() {
        String jobs = folder.resolve("service/jobs").toString();
        return ProcessHandle.allProcesses()
                .filter(candidate -> {
                    String command = commandLine(candidate.pid());
                    return command.contains("io.auspex.training.Worker") && command.contains(jobs);
                })
                .toList();
    }

    /** SIGKILL, and it is dead when this returns. */
    void kill() throws InterruptedException {
        running().destroyForcibly().waitFor();
    }

    /** SIGTERM: an end in good order, or the bench has failed. */
    void stop() throws IOException, InterruptedException {
        running().destroy();
        if (!running().waitFor(STOP)) {
            throw new IOException("it did not stop within " + STOP + ":\n" + lastLines());
        }
    }

    /**
     * Looks until something is so; a service that cannot be reached is not yet an answer.
     *
     * @throws IOException with the end of the log when the service ended or patience did
     */
    <T> T await(String what, Duration patience, Probe<T> probe)
            throws IOException, InterruptedException, SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        String last = "";
        while (System.nanoTime() < deadline) {
            try {
                Optional<T> found = probe.look();
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (IOException notYet) {
                last = ", last " + notYet;
            }
            if (running().waitFor(POLL)) {
                throw new IOException("it ended before " + what + ":\n" + lastLines());
            }
        }
        throw new IOException("no " + what + " within " + patience + last + "\n" + lastLines());
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(stopping);
        endEverything();
        api.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException left) {
            System.err.println("could not delete " + folder + ": " + left.getMessage());
        }
    }

    /** In good order if it can be had. */
    private void endEverything() {
        process.ifPresent(ending -> {
            ending.destroy();
            try {
                if (!ending.waitFor(STOP)) {
                    ending.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                ending.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        });
        workers().forEach(ProcessHandle::destroyForcibly);
        postgres.close();
        data.close();
    }

    private Process running() {
        return process.orElseThrow(() -> new IllegalStateException("it was never started"));
    }

    /** What it has printed in all its lives. */
    private Path log() {
        return folder.resolve("service.log");
    }

    private String lastLines() throws IOException {
        // A line of ours has the time in front; what lies between is a stack trace.
        List<String> lines =
                Files.readAllLines(log()).stream()
                        .filter(line -> !line.startsWith("\tat "))
                        .toList();
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException ended) {
            return "";
        }
    }

    /** A port of the loopback interface that nobody uses now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
