package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a service does all day, done often and to no other end than that its JVM sees it:
 * predictions of every kind, refits, swaps. What the JVM has learnt by then {@code ./auspex aot}
 * stores, and a service that starts with that compiles early what it would otherwise compile for
 * minutes beside the requests, at its first swaps and refits.
 */
final class Rehearsal implements AutoCloseable {

    private static final int REFITS = 3;
    private static final int SWAPS = 400;
    private static final int ROWS = 8;
    private static final int CONNECTIONS = 2;

    /** Refits and swaps give way to requests, and are to get on all the same. */
    private static final long PAUSE_MILLIS = 3;

    private static final long POLL_MILLIS = 500;
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long REFIT_NANOS = TimeUnit.SECONDS.toNanos(300);
    private static final int TOLD_SWAPS = 100;

    private final int port;
    private final ServiceApi api;
    private final String name;
    private final PrintStream progress;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean over;

    /**
     * @param name of the model that is asked, refitted and swapped
     */
    Rehearsal(int port, String name, PrintStream progress) {
        this.port = port;
        this.api = new ServiceApi(port);
        this.name = name;
        this.progress = progress;
    }

    /** With a service of the simulated market on a loopback port; waits for its first champion. */
    public static void main(String[] arguments) throws Exception {
        BenchOptions options = BenchOptions.of(arguments).only("port");
        PrintStream progress = System.err;
        try (Rehearsal rehearsal =
                new Rehearsal(options.number("port", 8080, 1), "simulated-5m", progress)) {
            rehearsal.run(REFITS, SWAPS, "ETHSIM");
        }
    }

    /**
     * Refits, then swaps, with predictions beside them all the time.
     *
     * @param symbol of the market, for predictions by symbol
     * @return predictions that were answered
     * @throws IOException when there is nothing to ask, or when a refit or a swap fails
     */
    long run(int refits, int swaps, String symbol) throws IOException, InterruptedException {
        List<Prediction> kinds = kinds(champion(), symbol);
        try (ExecutorService connections = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<?>> asking = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                asking.add(connections.submit(() -> ask(kinds)));
            }
            try {
                if (refits > 0) {
                    settled();
                }
                for (int i = 1; i <= refits; i++) {
                    progress.printf("refit %d of %d: %s%n", i, refits, refit());
                }
                swap(swaps);
            } finally {
                over = true;
            }
            for (Future<?> each : asking) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("predictions were not answered: " + e.getCause(), e);
        }
        progress.printf("%,d predictions answered, %,d refused%n", answered.get(), refused.get());
        return answered.get();
    }

    /** Waits until there is one. */
    private int champion() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_NANOS;
        while (System.nanoTime() < deadline) {
            for (JsonNode model : api.get("/api/models")) {
                if (model.path("name").asText().equals(name) && model.path("champion").isInt()) {
                    return model.path("champion").asInt();
                }
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IOException("model " + name + " has no champion");
    }

    private List<Prediction> kinds(int champion, String symbol)
            throws IOException, InterruptedException {
        JsonNode version = api.get("/api/models/" + name + "/versions/" + champion);
        List<String> features =
                StreamSupport.stream(version.path("schema").path("names").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList();
        JsonNode metadata = api.get("/v2/models/" + name);
        String input = metadata.path("inputs").path(0).path("name").asText();
        String predict = "/api/models/" + name + "/predict";
        String infer = "/v2/models/" + name + "/infer";
        Map<String, Object> row = Map.of("features", named(features));
        return List.of(
                new Prediction(predict, Map.of("symbol", symbol)),
                new Prediction(predict, row),
                new Prediction(predict, Map.of("rows", Collections.nCopies(ROWS, named(features)))),
                new Prediction(infer, tensor(input, 1, features.size())),
                new Prediction(infer, tensor(input, ROWS, features.size())));
    }

    private static Map<String, Double> named(List<String> features) {
        return features.stream().collect(Collectors.toMap(each -> each, _ -> 0.1));
    }

    private static Map<String, Object> tensor(String input, int rows, int features) {
        return Map.of(
                "inputs",
                List.of(
                        Map.of(
                                "name",
                                input,
                                "datatype",
                                "FP32",
                                "shape",
                                List.of(rows, features),
                                "data",
                                Collections.nCopies(rows * features, 0.1))));
    }

    private long ask(List<Prediction> kinds) throws IOException, InterruptedException {
        try (HttpConnection asking = new HttpConnection(port)) {
            while (!over) {
                for (Prediction kind : kinds) {
                    if (asking.post(kind.path(), kind.json()).status() == 200) {
                        answered.incrementAndGet();
                    } else {
                        refused.incrementAndGet();
                    }
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
        return answered.get();
    }

    /** A service that has just started refits by itself. */
    private void settled() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + REFIT_NANOS;
        while (!refits().allMatch(ServiceUnderTest::isOver)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("refits of the service do not end");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private Stream<JsonNode> refits() throws IOException, InterruptedException {
        return StreamSupport.stream(api.get("/api/refits").spliterator(), false)
                .filter(refit -> refit.path("model").asText().equals(name));
    }

    private String refit() throws IOException, InterruptedException {
        long id = api.post("/api/models/" + name + "/train").path("id").asLong();
        settled();
        JsonNode refit = api.get("/api/refits/" + id);
        if (!refit.path("state").asText().equals("SUCCEEDED")) {
            throw new IOException("a refit did not end well: " + refit);
        }
        return refit.path("decision").asText();
    }

    /** Two versions change places, whatever the gate thinks of them. */
    private void swap(int swaps) throws IOException, InterruptedException {
        String model = "/api/models/" + name;
        int champion = api.get(model).path("champion").asInt();
        OptionalInt other =
                StreamSupport.stream(api.get(model + "/versions").spliterator(), false)
                        .mapToInt(version -> version.path("version").asInt())
                        .filter(version -> version != champion)
                        .findFirst();
        if (swaps > 0 && other.isEmpty()) {
            throw new IOException(name + " has one version: nothing to swap");
        }
        for (int i = 1; i <= swaps; i++) {
            if (i == 1) {
                promote(model, other.getAsInt());
            } else {
                var _ = api.post(model + "/rollback");
            }
            if (i % TOLD_SWAPS == 0) {
                progress.printf("swap %d of %d%n", i, swaps);
            }
        }
    }

    private void promote(String model, int version) throws IOException, InterruptedException {
        var answer =
                api.post(
                        model + "/promote",
                        Json.mapper()
                                .writeValueAsString(Map.of("version", version, "force", true)));
        if (answer.statusCode() != 200) {
            throw new IOException("a promotion was refused: " + answer.body());
        }
    }

    @Override
    public void close() {
        api.close();
    }

    private record Prediction(String path, String json) {

        Prediction(String path, Map<String, Object> request) throws IOException {
            this(path, Json.mapper().writeValueAsString(request));
        }
    }
}
