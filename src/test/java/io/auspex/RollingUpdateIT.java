package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import io.auspex.deployment.ContainerCommand;
import io.auspex.platform.Json;
import io.auspex.platform.TestDatabase;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A Deployment of two serving pods is updated as Kubernetes does it: a new pod, and when it is
 * ready an old one goes, until all are new. The pods are processes with the command line and the
 * variables of the chart's containers; their clients go by a {@link ClusterService}. No client may
 * notice.
 */
@Tag("long")
class RollingUpdateIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String KEY = "a-key-of-the-administrator-of-this-test";
    private static final String MODEL = "simulated-5m";

    /** Of a client that asks again and again, and of one that asks now and then. */
    private static final Duration BUSY = Duration.ofMillis(30);

    private static final Duration QUIET = Duration.ofMillis(1_300);

    /** Less than the chart waits: what it waits for takes no time here. */
    private static final Duration PRE_STOP = Duration.ofSeconds(2);

    /**
     * Signals come while pods come and go, and streams end so soon that they give nobody else time.
     * What a pod that lives for seconds would compile, another one needs to start. Clients that ask
     * all the time leave at once; on a machine that is full, "all the time" may be seconds apart.
     */
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "AUSPEX_FEED", "simulated",
                    "AUSPEX_SPEED", "600",
                    "AUSPEX_REFIT_RULES_ENABLED", "false",
                    "AUSPEX_SIMULATED_DAYS", "9",
                    "AUSPEX_SIMULATED_SYMBOLS", "3",
                    "AUSPEX_INFERENCE_REQUIRED_MODELS", MODEL,
                    "AUSPEX_MODELS_FOLDER", "onnx-models",
                    "AUSPEX_STREAM_SHUTDOWN_GRACE", "200ms",
                    "AUSPEX_SHUTDOWN_DRAIN", "6s",
                    "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

    /** What one client has seen. */
    private record Seen(String client, int answers, List<String> failures) {}

    /** One request; what is wrong with its answer, empty when nothing is. */
    private interface Asked {
        Optional<String> ask() throws IOException, InterruptedException;
    }

    @Test
    void noRequestFailsAndNoSignalIsMissedWhileEveryPodIsReplaced() throws Exception {
        try (TestDatabase database = TestDatabase.open();
                RunningAuspex ingest = pod("ingest", "rolling-ingest", database);
                RunningAuspex a = pod("serve", "rolling-a", database);
                RunningAuspex b = pod("serve", "rolling-b", database);
                ClusterService service = new ClusterService()) {
            service.add(a);
            service.add(b);
            awaitReady(service, a);
            awaitReady(service, b);
            requireServesNobody(ingest);
            AtomicBoolean stop = new AtomicBoolean();
            try (ReturningSubscriber one = new ReturningSubscriber(service.address(), KEY);
                    ReturningSubscriber other = new ReturningSubscriber(service.address(), KEY);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Seen>> clients = new ArrayList<>();
                try {
                    start(service, a, stop, threads, clients);
                    heard(ingest, one, 10);
                    try (RunningAuspex c = pod("serve", "rolling-c", database)) {
                        service.add(c);
                        awaitReady(service, c);
                        terminate(a, service);
                        // One that is being ended leaves room for the next at once.
                        try (RunningAuspex d = pod("serve", "rolling-d", database)) {
                            service.add(d);
                            awaitEnd(a);
                            awaitReady(service, d);
                            terminate(b, service);
                            awaitEnd(b);
                            long head = d.json("/api/status").at("/ledger/head").asLong();
                            heard(ingest, one, head + 10);
                            heard(ingest, other, head + 10);
                            stop.set(true);
                            requireNothingFailed(clients);
                            requireEverySignalOnce(c, one);
                            requireEverySignalOnce(d, other);
                            assertThat(service.given()).containsOnlyKeys(c, d);
                        }
                    }
                } finally {
                    stop.set(true);
                }
            }
        }
    }

    private static void requireServesNobody(RunningAuspex ingest) throws Exception {
        assertThat(ingest.json("/api/status").at("/process/roles").toString())
                .isEqualTo("[\"ingest\"]");
        HttpResponse<String> refused =
                ingest.post("/api/models/" + MODEL + "/predict", "{\"symbol\": \"ETHSIM\"}");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("not-serving-here").contains("the roles ingest");
    }

    private static void start(
            ClusterService service,
            RunningAuspex pod,
            AtomicBoolean stop,
            ExecutorService threads,
            List<Future<Seen>> clients)
            throws Exception {
        JsonNode features = pod.json("/api/features/ETHSIM").path("features");
        String bySymbol = "{\"symbol\": \"ETHSIM\"}";
        String byFeatures = Json.mapper().writeValueAsString(Map.of("features", features));
        for (int i = 0; i < 2; i++) {
            clients.add(threads.submit(() -> predict("by symbol", bySymbol, BUSY, service, stop)));
            clients.add(
                    threads.submit(() -> predict("by features", byFeatures, BUSY, service, stop)));
            clients.add(threads.submit(() -> predict("quiet", bySymbol, QUIET, service, stop)));
            clients.add(threads.submit(() -> infer(features, service, stop)));
        }
    }

    /** As a kubelet does it, once the new one is ready. */
    private static void terminate(RunningAuspex pod, ClusterService service) {
        service.remove(pod);
        LockSupport.parkNanos(PRE_STOP.toNanos());
        pod.terminate();
    }

    private static void awaitEnd(RunningAuspex pod) throws Exception {
        long sigterm = System.nanoTime();
        pod.awaitEnd();
        System.out.printf(
                "a pod ended %.1f s after its SIGTERM%n", (System.nanoTime() - sigterm) / 1e9);
        assertThat(pod.log()).doesNotContain("Timed out waiting for graceful shutdown");
    }

    private static void requireNothingFailed(List<Future<Seen>> clients) throws Exception {
        List<String> failures = new ArrayList<>();
        int answers = 0;
        for (Future<Seen> client : clients) {
            Seen seen = client.get(1, TimeUnit.MINUTES);
            answers += seen.answers();
            seen.failures().forEach(failure -> failures.add(seen.client() + ": " + failure));
            assertThat(seen.answers()).as(seen.client()).isGreaterThan(5);
        }
        System.out.printf(
                "rolling update: %d requests of %d clients, %d failed%n",
                answers + failures.size(), clients.size(), failures.size());
        assertThat(failures).isEmpty();
        assertThat(answers).isGreaterThan(500);
    }

    private static void requireEverySignalOnce(RunningAuspex pod, ReturningSubscriber subscriber)
            throws Exception {
        assertThat(subscriber.faults()).isEmpty();
        assertThat(subscriber.announcements())
                .isNotEmpty()
                .allSatisfy(announcement ->
                        assertThat(announcement.path("reconnect").asBoolean()).isTrue());
        assertThat(subscriber.closeCodes())
                .hasSameSizeAs(subscriber.announcements())
                .containsOnly(1001);
        assertThat(subscriber.acknowledgements())
                .hasSize(subscriber.closeCodes().size() + 1)
                .allMatch(ack -> ack.path("ok").asBoolean());
        assertThat(subscriber.acknowledgements().stream().skip(1))
                .allMatch(ack -> ack.path("recovered").asBoolean());
        TreeMap<Long, JsonNode> heard = new TreeMap<>(subscriber.heard());
        assertThat(heard.keySet())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(heard.firstKey(), heard.lastKey()).boxed().toList());
        Ledger ledger = Ledger.read(pod, heard.lastKey());
        ledger.signals().stream()
                .filter(signal -> signal.path("seq").asLong() >= heard.firstKey())
                .forEach(signal ->
                        assertThat(heard.get(signal.path("seq").asLong()).path("id"))
                                .isEqualTo(signal.path("id")));
        System.out.printf(
                "a subscriber heard %d signals, each once, over %d connections%n",
                heard.size(), subscriber.acknowledgements().size());
    }

    /** One request after the other on one connection, for as long as that is open. */
    private static Seen predict(
            String client, String body, Duration pause, ClusterService service, AtomicBoolean stop)
            throws InterruptedException {
        URI address = service.address().resolve("/api/models/" + MODEL + "/predict");
        HttpRequest request =
                HttpRequest.newBuilder(address)
                        .timeout(Duration.ofSeconds(10))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + KEY)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try (HttpClient http = RunningAuspex.client()) {
            return untilStopped(
                    client,
                    pause,
                    stop,
                    () -> {
                        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
                        return response.statusCode() == 200 && response.body().contains("p_up")
                                ? Optional.empty()
                                : Optional.of(response.statusCode() + " " + response.body());
                    });
        }
    }

    private static Seen infer(JsonNode features, ClusterService service, AtomicBoolean stop)
            throws InterruptedException {
        List<Float> row = new ArrayList<>();
        features.forEach(feature -> row.add(feature.floatValue()));
        ModelInferRequest request =
                ModelInferRequest.newBuilder()
                        .setModelName(MODEL)
                        .addInputs(
                                InferInputTensor.newBuilder()
                                        .setName("features")
                                        .setDatatype("FP32")
                                        .addShape(1)
                                        .addShape(row.size())
                                        .setContents(
                                                InferTensorContents.newBuilder()
                                                        .addAllFp32Contents(row)))
                        .build();
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + KEY);
        URI address = service.address();
        ManagedChannel channel =
                ManagedChannelBuilder.forAddress(address.getHost(), address.getPort())
                        .usePlaintext()
                        .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .build();
        try {
            GRPCInferenceServiceBlockingStub stub =
                    GRPCInferenceServiceGrpc.newBlockingStub(channel);
            return untilStopped(
                    "gRPC",
                    BUSY,
                    stop,
                    () ->
                            stub.withDeadlineAfter(10, TimeUnit.SECONDS)
                                                    .modelInfer(request)
                                                    .getOutputsCount()
                                            > 0
                                    ? Optional.empty()
                                    : Optional.of("no outputs"));
        } finally {
            channel.shutdownNow();
        }
    }

    private static Seen untilStopped(
            String client, Duration pause, AtomicBoolean stop, Asked request)
            throws InterruptedException {
        int answers = 0;
        List<String> failures = new ArrayList<>();
        while (!stop.get()) {
            try {
                Optional<String> wrong = request.ask();
                wrong.ifPresent(failures::add);
                if (wrong.isEmpty()) {
                    answers++;
                }
            } catch (IOException | RuntimeException failure) {
                failures.add(String.valueOf(failure));
            }
            LockSupport.parkNanos(pause.toNanos());
        }
        return new Seen(client, answers, failures);
    }

    private static void heard(RunningAuspex witness, ReturningSubscriber subscriber, long least)
            throws InterruptedException {
        witness.await(
                "signal " + least,
                PATIENCE,
                () -> subscriber.last() >= least ? Optional.of(true) : Optional.empty());
    }

    private static void awaitReady(ClusterService service, RunningAuspex pod)
            throws InterruptedException {
        pod.await(
                "readiness",
                PATIENCE,
                () -> service.isReady(pod) ? Optional.of(true) : Optional.empty());
    }

    private static RunningAuspex pod(String role, String name, TestDatabase database)
            throws IOException, InterruptedException {
        Map<String, String> secrets =
                Map.of(
                        "auspex-database/url", database.url(),
                        "auspex-database/username", database.username(),
                        "auspex-database/password", database.password(),
                        "auspex-security/admin-key", KEY,
                        "auspex-security/secrets-key",
                                "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        return RunningAuspex.container(
                name, ContainerCommand.of("production", role, secrets).with(SETTINGS));
    }
}
