package io.auspex.api.inference;

import static org.assertj.core.api.Assertions.assertThat;

import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferResponse;
import io.auspex.api.LiveService;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.ModelServer;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Requests that have all arrived before an event loop reads the first of them: the loops are held
 * up until everything is in the buffers of the sockets.
 */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ConcurrentRowsTest {

    private static final String MODEL = "concurrent-tiny";
    private static final int CONNECTIONS = 40;
    private static boolean promoted;

    @Inject LiveService service;
    @Inject ModelServer server;
    @Inject MeterRegistry meters;
    @Inject Vertx vertx;

    @TestHTTPResource("/")
    URI address;

    private final List<Connection> connections = new ArrayList<>();

    @BeforeEach
    void serve() throws IOException {
        if (!promoted) {
            service.promote(MODEL, 0.2f);
            promoted = true;
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(new Connection(address));
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    @Test
    void requestsThatArriveTogetherGetTheAnswersTheyGetAlone() throws Exception {
        List<List<byte[]>> requests = new ArrayList<>();
        List<List<String>> alone = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            // Two behind each other on a connection, before the first is answered.
            List<byte[]> both = List.of(request(i), request(i + 3));
            requests.add(both);
            List<String> answers = new ArrayList<>();
            for (byte[] one : both) {
                connections.get(i).send(one);
                answers.add(connections.get(i).answer());
            }
            assertThat(answers).allMatch(answer -> answer.startsWith("HTTP/1.1 200"));
            alone.add(answers);
        }
        long before = calls();
        List<List<String>> together = new ArrayList<>();
        try (Held _ = hold()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                for (byte[] one : requests.get(i)) {
                    connections.get(i).send(one);
                }
            }
        }
        for (Connection connection : connections) {
            together.add(List.of(connection.answer(), connection.answer()));
        }
        assertThat(together).isEqualTo(alone);
        if (server.status().stream()
                .anyMatch(status -> status.model().equals(MODEL) && status.rowsTogether())) {
            assertThat(calls() - before).isLessThan(CONNECTIONS);
        }
    }

    @Test
    void whoHangsUpOrIsWrongOrInAHurryAmongOthersChangesNothingForThem() throws Exception {
        List<String> alone = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.get(i).send(request(i));
            alone.add(connections.get(i).answer());
        }
        byte[] wrong =
                json("/api/models/" + MODEL + "/predict", "{\"features\":{\"rsi_14@5m\":1}}");
        connections.get(5).send(wrong);
        String refusal = connections.get(5).answer();
        assertThat(refusal).startsWith("HTTP/1.1 400").contains("missing momentum_24@5m");
        try (Held _ = hold()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                switch (i % 10) {
                    case 5 -> connections.get(i).send(wrong);
                    case 6 -> {
                        connections.get(i).send(request(i));
                        connections.get(i).close();
                    }
                    case 3, 9 -> connections.get(i).send(request(i, "?timeout=20000"));
                    default -> connections.get(i).send(request(i));
                }
            }
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            if (i % 10 != 6) {
                assertThat(connections.get(i).answer())
                        .as("connection %d", i)
                        .isEqualTo(i % 10 == 5 ? refusal : alone.get(i));
            }
        }
    }

    @Test
    void callsOverOneConnectionOfGrpcGetTheAnswersTheyGetAlone() throws Exception {
        ManagedChannel channel =
                ManagedChannelBuilder.forAddress(address.getHost(), address.getPort())
                        .usePlaintext()
                        .build();
        try {
            GRPCInferenceServiceFutureStub client = GRPCInferenceServiceGrpc.newFutureStub(channel);
            List<ModelInferResponse> alone = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                alone.add(client.modelInfer(grpc(i)).get(20, TimeUnit.SECONDS));
            }
            List<Future<ModelInferResponse>> asked = new ArrayList<>();
            try (Held _ = hold()) {
                for (int i = 0; i < CONNECTIONS; i++) {
                    asked.add(client.modelInfer(grpc(i)));
                }
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                assertThat(asked.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(alone.get(i));
            }
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private long calls() {
        return meters.get("auspex.predict").tag("model", MODEL).timer().count();
    }

    /** A row of each kind of request in turn. */
    private static byte[] request(int i) {
        return request(i, "");
    }

    private static byte[] request(int i, String query) {
        float[] row = row(i);
        return switch (i % 3) {
            case 0 -> predict(row, query);
            case 1 ->
                    json(
                            "/v2/models/" + MODEL + "/infer" + query,
                            "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[%s,%s,%s]}]}"
                                    .formatted(row[0], row[1], row[2]));
            default -> binary(row, query);
        };
    }

    private static byte[] predict(float[] row, String query) {
        return json(
                "/api/models/" + MODEL + "/predict" + query,
                "{\"features\":{\"rsi_14@5m\":%s,\"momentum_24@5m\":%s,\"volatility_12@5m\":%s}}"
                        .formatted(row[0], row[1], row[2]));
    }

    private static byte[] binary(float[] row, String query) {
        String head = BinaryBodies.request("[1,3]", 12);
        return http(
                "/v2/models/" + MODEL + "/infer" + query,
                "Content-Type: application/octet-stream\r\nInference-Header-Content-Length: "
                        + head.length()
                        + "\r\n",
                BinaryBodies.concat(head, BinaryBodies.floats(row)));
    }

    private static ModelInferRequest grpc(int i) {
        float[] row = row(i);
        return ModelInferRequest.newBuilder()
                .setModelName(MODEL)
                .addInputs(
                        InferInputTensor.newBuilder()
                                .setName("features")
                                .setDatatype("FP32")
                                .addShape(1)
                                .addShape(3)
                                .setContents(
                                        InferTensorContents.newBuilder()
                                                .addFp32Contents(row[0])
                                                .addFp32Contents(row[1])
                                                .addFp32Contents(row[2])))
                .build();
    }

    private static float[] row(int i) {
        return new float[] {i * 0.37f, 5 - i * 1.3f, (i % 7) * 11.1f};
    }

    private static byte[] json(String path, String body) {
        return http(
                path, "Content-Type: application/json\r\n", body.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] http(String path, String headers, byte[] body) {
        return BinaryBodies.concat(
                "POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n"
                        .formatted(path, headers, body.length),
                body);
    }

    /** Lets the event loops go on when it is closed. */
    private interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private Held hold() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        List<CountDownLatch> held = new ArrayList<>();
        for (EventExecutor loop : vertx.nettyEventLoopGroup()) {
            CountDownLatch here = new CountDownLatch(1);
            held.add(here);
            loop.execute(() -> {
                here.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        for (CountDownLatch here : held) {
            here.await();
        }
        return release::countDown;
    }

    /** One connection that stays open. */
    private static final class Connection implements AutoCloseable {

        private final Socket socket;
        private final DataInputStream input;

        Connection(URI address) throws IOException {
            socket = new Socket(address.getHost(), address.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            input = new DataInputStream(socket.getInputStream());
        }

        void send(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
        }

        /** The line of the status and the body, byte for byte. */
        String answer() throws IOException {
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) input.readUnsignedByte());
            }
            String lower = head.toString().toLowerCase(Locale.ROOT);
            String name = "\r\ncontent-length:";
            int at = lower.indexOf(name) + name.length();
            byte[] body =
                    new byte
                            [Integer.parseInt(
                                    lower.substring(at, lower.indexOf('\r', at)).strip())];
            input.readFully(body);
            return head.substring(0, head.indexOf("\r"))
                    + " "
                    + new String(body, StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
