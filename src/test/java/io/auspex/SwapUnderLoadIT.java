package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A second training while requests come without a pause: none is lost, each says who answered. */
class SwapUnderLoadIT {

    private static final String MODEL = "simulated-5m";
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(2);
    private static final long AROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int ENOUGH_AFTER_THE_SWAP = 100;
    private static final List<String> HEADS =
            List.of("p_up", "p_down", "expected_return", "p_stop");

    /** An answer as it came; {@code version} 0 when it named none. */
    private record Answer(long nanos, int status, String model, int version, boolean complete) {}

    @Test
    void aSwapUnderLoadLosesNoRequestAndEveryAnswerNamesItsVersion() throws Exception {
        try (RunningAuspex auspex =
                RunningAuspex.start(
                        "swap",
                        "--promote=always",
                        "--models-folder=target/it/no-models",
                        "--simulated.days=9",
                        "--simulated.symbols=2")) {
            awaitChampion(auspex, 1);
            List<String> bodies =
                    List.of(
                            "{\"symbol\": \"ETHSIM\"}",
                            features(auspex, "ETHSIM"),
                            "{\"symbol\": \"BTCSIM\"}",
                            features(auspex, "BTCSIM"));
            AtomicBoolean stop = new AtomicBoolean();
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<List<Answer>>> connections = new ArrayList<>();
                for (String body : bodies) {
                    connections.add(callers.submit(() -> ask(auspex, body, stop)));
                }
                long asked = System.nanoTime();
                try {
                    HttpResponse<String> accepted =
                            auspex.post("/api/models/" + MODEL + "/train", "");
                    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
                    awaitChampion(auspex, 2);
                } finally {
                    stop.set(true);
                }
                List<List<Answer>> answers = new ArrayList<>();
                for (Future<List<Answer>> connection : connections) {
                    answers.add(connection.get(1, TimeUnit.MINUTES));
                }
                check(answers, asked);
            }
            signalsWentOn(auspex);
        }
    }

    private static void check(List<List<Answer>> connections, long asked) {
        List<Answer> all = connections.stream().flatMap(List::stream).toList();
        assertThat(all)
                .allSatisfy(answer -> {
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.model()).isEqualTo(MODEL);
                    assertThat(answer.version()).isIn(1, 2);
                    assertThat(answer.complete()).isTrue();
                });
        for (List<Answer> connection : connections) {
            assertThat(connection).extracting(Answer::version).isSorted().contains(1, 2);
        }
        long swap =
                all.stream()
                        .filter(answer -> answer.version() == 2)
                        .mapToLong(Answer::nanos)
                        .min()
                        .orElseThrow();
        long training = all.stream().filter(a -> a.nanos() > asked && a.nanos() < swap).count();
        long around = all.stream().filter(a -> Math.abs(a.nanos() - swap) < AROUND_NANOS).count();
        System.out.printf(
                "swap under load: %d requests on %d connections, none failed; %d while version 2"
                        + " was trained, %d within 2 s of the swap; %d answered by version 1, %d by"
                        + " version 2%n",
                all.size(),
                connections.size(),
                training,
                around,
                all.stream().filter(answer -> answer.version() == 1).count(),
                all.stream().filter(answer -> answer.version() == 2).count());
        assertThat(training).isGreaterThan(500);
        assertThat(around).isGreaterThan(300);
    }

    /** The ledger saw the same swap: no close left out, and nobody mistakes it for proven. */
    private static void signalsWentOn(RunningAuspex auspex) throws Exception {
        Ledger ledger = Ledger.read(auspex);
        ledger.requireWhole();
        assertThat(ledger.signals()).allMatch(signal -> signal.path("unproven").asBoolean());
        assertThat(ledger.signals())
                .extracting(signal -> signal.path("version").asInt())
                .isSorted();
    }

    /** One request after the other on one connection, until some have come after the swap. */
    private static List<Answer> ask(RunningAuspex auspex, String body, AtomicBoolean stop)
            throws IOException, InterruptedException {
        HttpRequest request = auspex.postRequest("/api/models/" + MODEL + "/predict", body);
        List<Answer> answers = new ArrayList<>();
        try (HttpClient connection = RunningAuspex.client()) {
            int after = 0;
            while (!stop.get() || after < ENOUGH_AFTER_THE_SWAP) {
                Answer answer = answer(connection.send(request, BodyHandlers.ofString()));
                answers.add(answer);
                if (stop.get()) {
                    after++;
                }
                LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
            }
        }
        return answers;
    }

    private static Answer answer(HttpResponse<String> response) throws IOException {
        JsonNode body = Json.mapper().readTree(response.body());
        boolean complete =
                body.path("schema_hash").isTextual()
                        && HEADS.stream()
                                .allMatch(head -> body.path("heads").path(head).isNumber());
        return new Answer(
                System.nanoTime(),
                response.statusCode(),
                body.path("model").asText(),
                body.path("version").asInt(),
                complete);
    }

    private static String features(RunningAuspex auspex, String symbol) throws Exception {
        JsonNode features = auspex.json("/api/features/" + symbol).path("features");
        return Json.mapper().writeValueAsString(Map.of("features", features));
    }

    private static void awaitChampion(RunningAuspex auspex, int version) throws Exception {
        auspex.await(
                "champion " + version,
                PATIENCE,
                () ->
                        // Committed, and published: the one comes after the other.
                        auspex.json("/api/models").path(0).path("champion").asInt() == version
                                        && auspex.get("/v2/models/" + MODEL + "/ready").statusCode()
                                                == 200
                                ? Optional.of(true)
                                : Optional.empty());
    }
}
