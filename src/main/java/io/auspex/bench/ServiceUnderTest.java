package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.ModelSpec;
import io.auspex.platform.DataFolder;
import io.auspex.platform.EmbeddedPostgres;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The packaged service as users run it, on processors of its own with its PostgreSQL, on a data
 * folder of its own. Its feed is a simulated market of pure noise at the pace of a clock: refits of
 * the feed's model take their whole course, and the gate rejects what they make. The model that is
 * asked is another, {@link BenchedModel}, in two versions, put into the registry as a refit would
 * have left them; {@code rollback} swaps the two.
 */
final class ServiceUnderTest implements AutoCloseable {

    static final String REFITTED = "simulated-5m";

    private static final int LOG_LINES = 40;
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration STOP = Duration.ofSeconds(40);
    private static final Duration REQUEST = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Path log;
    private final EmbeddedPostgres postgres;
    private final Process process;
    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ServiceUnderTest(Path log, EmbeddedPostgres postgres, Process process, int port) {
        this.log = log;
        this.postgres = postgres;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it, waits until its first refit is over, and has it serve the first version.
     *
     * @param folder does not exist yet
     * @param days history of the market that refits train on
     */
    static ServiceUnderTest start(
            Path folder,
            List<BenchedModel> versions,
            int days,
            Processors processors,
            Optional<String> workerCpus)
            throws IOException, InterruptedException, SQLException {
        Path data = Files.createDirectories(folder.resolve("data"));
        EmbeddedPostgres postgres;
        // The service finds it running and takes it over; until then it is ours.
        try (DataFolder locked = DataFolder.lock(data)) {
            postgres = EmbeddedPostgres.start(locked);
        }
        if (processors.database().isPresent()) {
            Processors.move(postgres.pid(), processors.database().get());
        }
        int port = ServiceProcess.freePort();
        List<String> words = words(port, data, folder, days, processors.server(), workerCpus);
        Path log = folder.resolve("service.log");
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("AUSPEX_"));
        ServiceUnderTest service = new ServiceUnderTest(log, postgres, builder.start(), port);
        boolean ready = false;
        try {
            service.await("first refit", "/api/refits", ServiceUnderTest::isOver);
            service.serve(versions);
            ready = true;
            return service;
        } finally {
            if (!ready) {
                service.close();
            }
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** Champion and previous change places: a whole swap. */
    void swap() throws IOException, InterruptedException {
        post("/api/models/" + BenchedModel.NAME + "/rollback", 200);
    }

    /** Asks for a refit of the feed's model; its number. */
    long refit() throws IOException, InterruptedException {
        return post("/api/models/" + REFITTED + "/train", 202).path("id").asLong();
    }

    /** A refit as it stands. */
    JsonNode refit(long id) throws IOException, InterruptedException {
        return get("/api/refits/" + id);
    }

    static boolean isOver(JsonNode refit) {
        String state = (refit.isArray() ? refit.path(0) : refit).path("state").asText();
        return state.equals("SUCCEEDED") || state.equals("FAILED") || state.equals("CANCELLED");
    }

    /** What it answers to a whole request out of a file. */
    HttpResponse<String> ask(String body) throws IOException, InterruptedException {
        return http.send(
                request("/api/models/" + BenchedModel.NAME + "/predict")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        http.close();
        // It stops with the service, unless that was killed.
        if (ProcessHandle.of(postgres.pid()).isPresent()) {
            postgres.close();
        }
    }

    private static List<String> words(
            int port,
            Path data,
            Path folder,
            int days,
            Optional<String> cpus,
            Optional<String> workerCpus)
            throws IOException {
        List<String> words = new ArrayList<>();
        cpus.ifPresent(list -> words.addAll(List.of("taskset", "-c", list)));
        // As ./auspex run does it.
        words.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:TrimNativeHeapInterval=30000",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-jar",
                        ServiceProcess.packagedJar().toString()));
        words.addAll(
                List.of(
                        "--host=127.0.0.1",
                        "--port=" + port,
                        "--data=" + data,
                        "--models-folder=" + folder.resolve("no-models"),
                        "--feed=simulated",
                        "--simulated.strength=0",
                        "--simulated.days=" + days,
                        "--speed=1"));
        workerCpus.ifPresent(list -> words.add("--refit.worker.cpus=" + list));
        return words;
    }

    private void serve(List<BenchedModel> versions)
            throws SQLException, IOException, InterruptedException {
        try (Connection database =
                DriverManager.getConnection(
                        postgres.jdbcUrl(), postgres.username(), postgres.password())) {
            ModelSpec spec = versions.getFirst().spec();
            update(
                    database,
                    "insert into model (name, spec, last_version) values (?, cast(? as jsonb), ?)",
                    spec.name(),
                    json(spec),
                    versions.size());
            for (int i = 0; i < versions.size(); i++) {
                add(database, i + 1, versions.get(i));
            }
            update(
                    database,
                    "update model set champion = 2, previous = 1 where name = ?",
                    spec.name());
        }
        swap();
    }

    private static void add(Connection database, int number, BenchedModel version)
            throws SQLException {
        byte[] onnx = version.trained().onnx();
        String sha256 = sha256(onnx);
        update(
                database,
                "insert into artefact (sha256, content) values (?, ?) on conflict do nothing",
                sha256,
                onnx);
        update(
                database,
                """
                insert into model_version
                    (model, version, state, origin, sha256, schema_hash, schema_names, report)
                values (?, ?, 'PROMOTED', 'bench', ?, ?, cast(? as jsonb), cast(? as jsonb))
                """,
                version.spec().name(),
                number,
                sha256,
                version.schema().hash(),
                json(version.schema().names()),
                json(version.trained().report()));
    }

    private static void update(Connection database, String sql, Object... values)
            throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private void await(String what, String path, Predicate<JsonNode> met)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                if (met.test(get(path))) {
                    return;
                }
            } catch (IOException notYet) {
                // It does not listen yet.
            }
            if (process.waitFor(POLL)) {
                break;
            }
        }
        throw new IOException("no " + what + " of the service:\n" + lastLines());
    }

    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(log);
        // A line of ours has the time in front; what lies between is a stack trace.
        List<String> told = lines.stream().filter(line -> !line.startsWith("\tat ")).toList();
        return String.join("\n", told.subList(Math.max(0, told.size() - LOG_LINES), told.size()));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return body(path, http.send(request(path).build(), BodyHandlers.ofString()), 200);
    }

    private JsonNode post(String path, int expected) throws IOException, InterruptedException {
        HttpRequest request = request(path).POST(HttpRequest.BodyPublishers.noBody()).build();
        return body(path, http.send(request, BodyHandlers.ofString()), expected);
    }

    private static JsonNode body(String path, HttpResponse<String> answer, int expected)
            throws IOException {
        if (answer.statusCode() != expected) {
            throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return Json.mapper().readTree(answer.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(REQUEST);
    }

    private static String json(Object value) {
        return Json.mapper().valueToTree(value).toString();
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
