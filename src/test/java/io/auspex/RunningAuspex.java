package io.auspex;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.deployment.ContainerCommand;
import io.auspex.platform.DatabaseBeside;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The packaged application in a process of its own, started by {@code ./auspex run} on a data
 * folder and a port of its own. It can be killed and started again on the same folder. Closing it
 * ends every process it has made, whatever a test did, and deletes the folder; the log stays at
 * {@code target/it/<name>.log} and is quoted in every failure. Not thread-safe but for {@link
 * #get}, {@link #post} and {@link #uri}.
 */
final class RunningAuspex implements AutoCloseable {

    /** For their JVM: none of them runs for long enough to be compiled twice. */
    private static final String BRIEF = "-XX:TieredStopAtLevel=1 ";

    private static final Path FOLDER = Packaged.CHECKOUT.resolve("target/it");
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration STOP = Duration.ofSeconds(40);
    private static final Duration REQUEST = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 20;
    private static final int LOG_LINES = 40;

    private final String name;
    private final List<String> words;
    private final Map<String, String> environment;
    private final Path data;
    private final Path database;
    private final Path log;
    private final int port;
    private final HttpClient http = client();
    private final Thread atExit = new Thread(this::endEverything, "end Auspex");
    private Process process;
    private DatabaseBeside beside;

    /** Something that may not be so yet. */
    interface Probe<T> {
        Optional<T> look() throws IOException, InterruptedException;
    }

    /**
     * For services that are started more often than they have to compute: without the optimizing
     * compiler a start takes two thirds of the processor time, and the plain collector has no
     * threads of its own.
     */
    static final Map<String, String> STARTED_OFTEN =
            Map.of("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

    private RunningAuspex(String name, List<String> words, Map<String, String> environment)
            throws IOException {
        this.name = name;
        this.words = words;
        this.environment = environment;
        Files.createDirectories(FOLDER);
        this.data = FOLDER.resolve(name);
        this.database = DatabaseBeside.of(data);
        this.log = FOLDER.resolve(name + ".log");
        this.port = freePort();
        delete(data);
        delete(database);
        Files.deleteIfExists(log);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** One that answers, on an empty data folder. */
    static RunningAuspex start(String name, String... options)
            throws IOException, InterruptedException {
        return start(name, Map.of(), options);
    }

    /** The same with variables of its environment besides. */
    static RunningAuspex start(String name, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        List<String> words = Packaged.command(List.of("run"));
        words.addAll(List.of(options));
        RunningAuspex auspex = new RunningAuspex(name, words, environment);
        words.add("--data=" + auspex.data);
        words.add("--port=" + auspex.port);
        try {
            if (Packaged.isNative()
                    && words.stream().noneMatch(word -> word.startsWith("--database.url="))) {
                auspex.beside = DatabaseBeside.start(auspex.data);
            }
            auspex.start();
            return auspex;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError failure) {
            auspex.close();
            throw failure;
        }
    }

    /**
     * A container of the chart as a process, with a data folder and a port of its own; does not
     * wait. Where security is on, requests of {@link #get} carry the administrator's key.
     */
    static RunningAuspex container(String name, ContainerCommand command)
            throws IOException, InterruptedException {
        List<String> words = Packaged.entryPoint(command.words());
        Map<String, String> environment = new LinkedHashMap<>(command.environment());
        RunningAuspex auspex = new RunningAuspex(name, words, environment);
        environment.put("AUSPEX_DATA", auspex.data.toString());
        environment.put("AUSPEX_PORT", Integer.toString(auspex.port));
        try {
            auspex.launch();
            return auspex;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError failure) {
            auspex.close();
            throw failure;
        }
    }

    /** A client that keeps its one connection, if it sends one request after the other. */
    static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(REQUEST)
                .build();
    }

    /**
     * An environment in which no setting of the caller's can be found. A service that is started by
     * it finds its classes stored.
     */
    static ProcessBuilder command(List<String> words) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words).directory(Packaged.CHECKOUT.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("AUSPEX_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (Packaged.isNative()) {
            // What the launcher sets.
            builder.environment()
                    .put(
                            "AUSPEX_MODELS_FOLDER",
                            Packaged.CHECKOUT.resolve("onnx-models").toString());
        } else {
            builder.environment().put("JAVA_OPTS", BRIEF + StoredClasses.options());
        }
        builder.redirectErrorStream(true);
        return builder;
    }

    /** Starts it, again perhaps, and waits until it answers. */
    void start() throws IOException, InterruptedException {
        launch();
        await(
                "the first answer",
                START,
                () ->
                        get("/api/status").statusCode() == 200
                                ? Optional.of(true)
                                : Optional.empty());
    }

    /** Starts it, and does not wait. */
    void launch() throws IOException, InterruptedException {
        theBuildIsNew();
        ProcessBuilder command = command(words);
        if (beside != null) {
            beside.ensureItRuns();
            command.environment().putAll(beside.environment());
        }
        command.environment().putAll(environment);
        process = command.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    }

    /** SIGKILL to the service, and to it alone: the launcher has replaced itself by it. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failure("it survived SIGKILL");
        }
    }

    /** SIGSTOP: it does nothing any more, and its connections stay open. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit =
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor();
        if (exit != 0) {
            throw failure("kill -" + name + " exits with " + exit);
        }
    }

    /** SIGTERM, as whoever runs it would end it; does not wait. */
    void terminate() {
        process.destroy();
    }

    /** Waits for its end. */
    void awaitEnd() throws InterruptedException {
        if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failure("it did not end");
        }
    }

    /** SIGKILL to its PostgreSQL. */
    void killDatabase() throws IOException {
        database().orElseThrow(() -> failure("it has no PostgreSQL")).destroyForcibly();
    }

    /** Its PostgreSQL, when that runs. */
    Optional<ProcessHandle> database() throws IOException {
        try {
            Path cluster = data.resolve("postgres").toRealPath();
            long pid =
                    Long.parseLong(
                            Files.readAllLines(cluster.resolve("postmaster.pid")).getFirst());
            String command = commandLine(pid);
            return command.contains(cluster.toString()) ? ProcessHandle.of(pid) : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /** Every worker that works in its data folder, its own or left behind. */
    List<ProcessHandle> workers() {
        String jobs = data.resolve("jobs").toString();
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    String command = commandLine(process.pid());
                    return command.contains("io.auspex.training.Worker") && command.contains(jobs);
                })
                .toList();
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    Path data() {
        return data;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(postRequest(path, body), BodyHandlers.ofString());
    }

    HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri(path)).timeout(REQUEST).DELETE().build(),
                BodyHandlers.ofString());
    }

    HttpRequest postRequest(String path, String body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(REQUEST);
        String key = environment.get("AUSPEX_SECURITY_ADMIN_KEY");
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    /** The body of a GET that must succeed. */
    JsonNode json(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(path);
        if (answer.statusCode() != 200) {
            throw failure(path + " answers " + answer.statusCode() + ": " + answer.body());
        }
        return Json.mapper().readTree(answer.body());
    }

    /**
     * Looks again and again until something is so. A connection that is refused is not yet an
     * answer; a service that has ended is a failure.
     */
    <T> T await(String what, Duration patience, Probe<T> probe) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Object last = "nothing";
        while (System.nanoTime() < deadline) {
            try {
                Optional<T> found = probe.look();
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (IOException notYet) {
                last = notYet;
            }
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw failure("it ended with exit code " + process.exitValue() + " before " + what);
            }
        }
        throw failure("no " + what + " within " + patience + ", last " + last);
    }

    /** A failure that quotes the end of the log. */
    AssertionError failure(String what) {
        return new AssertionError(name + ": " + what + "\n" + lastLines());
    }

    /** Everything it has printed. */
    String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(atExit);
        endEverything();
        http.close();
        delete(data);
        delete(database);
    }

    private String lastLines() {
        try {
            List<String> lines = log().lines().toList();
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    /** In good order if it can be had; then whatever is left. */
    private void endEverything() {
        try {
            if (process != null) {
                process.destroy();
                if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            }
            workers().forEach(ProcessHandle::destroyForcibly);
            if (beside != null) {
                beside.close();
            }
            Optional<ProcessHandle> left = database();
            if (left.isPresent()) {
                left.get().destroy();
                left.get()
                        .onExit()
                        .orTimeout(STOP.toMillis(), TimeUnit.MILLISECONDS)
                        .exceptionally(late -> left.get())
                        .join();
                left.get().destroyForcibly();
            }
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException("something of " + name + " may still run", failure);
        }
    }

    /**
     * Tests of the packaged application come after the packaging, so that {@code ./auspex} need not
     * build again; it looks at this file. Sources that were edited since are newer than the stamp.
     */
    static void theBuildIsNew() throws IOException {
        if (Packaged.isNative()) {
            return;
        }
        Path stamp = Packaged.CHECKOUT.resolve("target/auspex.built");
        if (!Files.exists(stamp)) {
            Files.createFile(stamp);
        }
        var packaged = Files.getLastModifiedTime(Packaged.APPLICATION);
        if (Files.getLastModifiedTime(stamp).compareTo(packaged) < 0) {
            Files.setLastModifiedTime(stamp, packaged);
        }
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException ended) {
            return "";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
