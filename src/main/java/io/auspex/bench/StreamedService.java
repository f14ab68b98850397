package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.DataFolder;
import io.auspex.platform.EmbeddedPostgres;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The packaged service as users run it, on processors of its own with its PostgreSQL, on a data
 * folder of its own: a simulated market whose signals it makes, with the starter model. Its first
 * refit is cancelled and no other begins, so that what is measured is the stream.
 */
final class StreamedService implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration STOP = Duration.ofSeconds(40);
    private static final Duration REQUEST = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int LOG_LINES = 30;

    private final Path log;
    private final EmbeddedPostgres postgres;
    private final Process process;
    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private StreamedService(Path log, EmbeddedPostgres postgres, Process process, int port) {
        this.log = log;
        this.postgres = postgres;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it and waits until it makes signals.
     *
     * @param folder does not exist yet
     * @param symbols of the market
     * @param speed of the market over real time
     */
    static StreamedService start(
            Path folder, int symbols, double speed, Processors processors, List<String> options)
            throws IOException, InterruptedException {
        Path data = Files.createDirectories(folder.resolve("data"));
        EmbeddedPostgres postgres;
        // The service finds it running and takes it over; until then it is ours.
        try (DataFolder locked = DataFolder.lock(data)) {
            postgres = EmbeddedPostgres.start(locked);
        }
        if (processors.database().isPresent()) {
            new ProcessBuilder(
                            "taskset",
                            "-acp",
                            processors.database().get(),
                            Long.toString(postgres.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
        int port = ServiceProcess.freePort();
        List<String> words = new ArrayList<>();
        processors.server().ifPresent(list -> words.addAll(List.of("taskset", "-c", list)));
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
                        ServiceProcess.packagedJar().toString(),
                        "--host=127.0.0.1",
                        "--port=" + port,
                        "--data=" + data,
                        "--models-folder=" + models(),
                        "--feed=simulated",
                        "--simulated.symbols=" + symbols,
                        "--simulated.days=2",
                        String.format(Locale.ROOT, "--speed=%s", speed),
                        "--refit.rules.enabled=false"));
        words.addAll(options);
        Path log = folder.resolve("service.log");
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("AUSPEX_"));
        StreamedService service = new StreamedService(log, postgres, builder.start(), port);
        boolean ready = false;
        try {
            service.await("first refit", "/api/refits", refits -> !refits.isEmpty());
            long refit = service.get("/api/refits").path(0).path("id").asLong();
            service.post("/api/refits/" + refit + "/cancel");
            service.await(
                    "end of the first refit",
                    "/api/refits/" + refit,
                    found -> !found.path("finished_at").isNull());
            service.await(
                    "signal",
                    "/api/signals?limit=1",
                    signals ->
                            signals.isArray()
                                    && !signals.isEmpty()
                                    && !signals.path(0).path("action").asText().equals("ABSTAIN"));
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

    /** The figures whose names begin so, as Prometheus reads them. */
    Map<String, Double> metrics(String prefix) throws IOException, InterruptedException {
        Map<String, Double> metrics = new TreeMap<>();
        text("/q/metrics")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .forEach(line -> {
                    int blank = line.lastIndexOf(' ');
                    metrics.put(
                            line.substring(0, blank),
                            Double.parseDouble(line.substring(blank + 1)));
                });
        return metrics;
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

    /** The checkout's, beside the build, as the launcher has it. */
    private static Path models() throws IOException {
        String given = System.getenv("AUSPEX_MODELS_FOLDER");
        return given != null
                ? Path.of(given)
                : ServiceProcess.packagedJar().resolve("../../../onnx-models").normalize();
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
        List<String> lines = Files.readAllLines(log);
        throw new IOException(
                "no "
                        + what
                        + " of the service:\n"
                        + String.join(
                                "\n",
                                lines.subList(
                                        Math.max(0, lines.size() - LOG_LINES), lines.size())));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return Json.mapper().readTree(text(path));
    }

    private String text(String path) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(uri(path)).timeout(REQUEST).build(),
                        BodyHandlers.ofString())
                .body();
    }

    private void post(String path) throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(uri(path))
                        .timeout(REQUEST)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.discarding());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
