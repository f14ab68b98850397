package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.bench.HttpConnection.Reply;
import io.auspex.platform.DataFolder;
import io.auspex.platform.EmbeddedPostgres;
import io.auspex.platform.Json;
import java.io.File;
import java.io.IOException;
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
 * The packaged service in a process that can be killed and started again, on a data folder of its
 * own, with a PostgreSQL that is not its own and survives it. Everything goes with {@link #close},
 * workers that it left behind too. One thread; {@link #get} and {@link #post} any.
 */
final class MortalService implements AutoCloseable {

    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int LOG_LINES = 40;

    private final Path folder;
    private final DataFolder data;
    private final EmbeddedPostgres postgres;
    private final List<String> options;
    private final int port;
    private final Thread atExit = new Thread(this::endEverything, "end the service");
    private volatile Optional<Process> process = Optional.empty();

    /** Something that may not be so yet. */
    interface Probe<T> {
        Optional<T> look() throws IOException, SQLException;
    }

    private MortalService(
            Path folder,
            DataFolder data,
            EmbeddedPostgres postgres,
            List<String> options,
            int port) {
        this.folder = folder;
        this.data = data;
        this.postgres = postgres;
        this.options = options;
        this.port = port;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Its database and its folders; it does not run yet. */
    static MortalService prepared(List<String> options) throws IOException {
        Path folder = Files.createTempDirectory("auspex-kills");
        DataFolder data = DataFolder.lock(folder);
        return new MortalService(
                folder, data, EmbeddedPostgres.start(data), options, ServiceProcess.freePort());
    }

    /** Starts it, and does not wait. */
    void launch() throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(
                List.of(
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-jar",
                        ServiceProcess.packagedJar().toString(),
                        "--host=127.0.0.1",
                        "--port=" + port,
                        "--data=" + folder.resolve("service"),
                        "--models-folder=" + folder.resolve("no-models"),
                        "--database.url=" + postgres.reactiveUrl(),
                        "--database.username=" + postgres.username()));
        words.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AUSPEX_"));
        builder.environment().put("AUSPEX_DATABASE_PASSWORD", postgres.password());
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        process = Optional.of(builder.start());
    }

    /** SIGKILL, and it is dead when this returns. */
    void kill() throws InterruptedException {
        process.orElseThrow().destroyForcibly().waitFor();
    }

    /** SIGTERM: an end in good order, or the bench has failed. */
    void stop() throws IOException, InterruptedException {
        Process running = process.orElseThrow();
        running.destroy();
        if (!running.waitFor(STOP)) {
            throw new IOException("it did not stop within " + STOP + ":\n" + lastLines());
        }
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

    /** A connection to the database. */
    Connection database() throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    Reply get(String path) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            return connection.get(path);
        }
    }

    Reply post(String path, String json) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            return connection.post(path, json);
        }
    }

    /** The body of a GET that must succeed. */
    JsonNode json(String path) throws IOException {
        Reply reply = get(path);
        if (reply.status() != 200) {
            throw new IOException(path + " answers " + reply);
        }
        return Json.mapper().readTree(reply.body());
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
            if (process.orElseThrow().waitFor(POLL)) {
                throw new IOException("it ended before " + what + ":\n" + lastLines());
            }
        }
        throw new IOException("no " + what + " within " + patience + last + "\n" + lastLines());
    }

    /** What it has printed in all its lives. */
    Path log() {
        return folder.resolve("service.log");
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        endEverything();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException left) {
            System.err.println("could not delete " + folder + ": " + left.getMessage());
        }
    }

    private void endEverything() {
        process.ifPresent(running -> {
            running.destroyForcibly();
            running.onExit().join();
        });
        workers().forEach(ProcessHandle::destroyForcibly);
        postgres.close();
        data.close();
    }

    private String lastLines() throws IOException {
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
}
