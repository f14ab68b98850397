package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import inference.GRPCInferenceServiceGrpc;
import inference.ServerLiveRequest;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.GoAway;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients of HTTP/2 and of gRPC, while the service that they are connected to ends. */
class DrainIT {

    private static final int PATIENCE_SECONDS = 60;
    private static final Duration DRAIN = Duration.ofSeconds(30);

    @Test
    void clientsAreToldAtTheSigtermAndWhatTheyHaveAskedIsAnswered() throws Exception {
        Vertx vertx = Vertx.vertx();
        List<HttpConnection> connections = new CopyOnWriteArrayList<>();
        BlockingQueue<GoAway> told = new LinkedBlockingQueue<>();
        BlockingQueue<HttpConnection> closed = new LinkedBlockingQueue<>();
        HttpClient http =
                vertx.httpClientBuilder()
                        .with(
                                new HttpClientOptions()
                                        .setProtocolVersion(HttpVersion.HTTP_2)
                                        .setHttp2ClearTextUpgrade(false)
                                        .setHttp2MaxPoolSize(1))
                        .withConnectHandler(connection -> {
                            connections.add(connection);
                            // The client leaves the connection after this handler, not before it.
                            connection.goAwayHandler(goAway ->
                                    vertx.getOrCreateContext().runOnContext(_ -> told.add(goAway)));
                            connection.closeHandler(_ -> closed.add(connection));
                        })
                        .build();
        try (RunningAuspex auspex =
                RunningAuspex.start(
                        "drain",
                        RunningAuspex.STARTED_OFTEN,
                        "--feed=none",
                        "--shutdown.drain=" + DRAIN.toSeconds() + "s")) {
            ManagedChannel channel =
                    ManagedChannelBuilder.forAddress("127.0.0.1", auspex.port())
                            .usePlaintext()
                            .build();
            try {
                assertThat(
                                GRPCInferenceServiceGrpc.newBlockingStub(channel)
                                        .serverLive(ServerLiveRequest.getDefaultInstance())
                                        .getLive())
                        .isTrue();
                CompletableFuture<Void> grpcLeft = new CompletableFuture<>();
                channel.notifyWhenStateChanged(
                        ConnectivityState.READY, () -> grpcLeft.complete(null));
                HttpClientRequest asked =
                        get(
                                http.request(
                                        HttpMethod.POST,
                                        auspex.port(),
                                        "127.0.0.1",
                                        "/api/models/nobody/predict"));
                asked.putHeader("Content-Type", "application/json").setChunked(true);
                Future<HttpClientResponse> answer = asked.response();
                get(asked.write(Buffer.buffer("{\"symbol\":")));
                assertThat(status(http, auspex)).isEqualTo(200);
                assertThat(connections).hasSize(1);

                long sigterm = System.nanoTime();
                auspex.terminate();

                assertThat(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).getErrorCode()).isZero();
                grpcLeft.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(answer.isComplete()).isFalse();
                assertThat(status(http, auspex)).as("it still listens").isEqualTo(200);
                assertThat(connections).as("the next question").hasSize(2);
                get(asked.end("\"ETHSIM\"}"));
                assertThat(get(answer).statusCode()).isEqualTo(404);
                List<HttpConnection> ended = new ArrayList<>();
                ended.add(closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
                ended.add(closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
                assertThat(ended)
                        .as("each ended with its last answer")
                        .containsExactlyInAnyOrderElementsOf(connections);
                HttpResponse<String> last = auspex.get("/q/health/live");
                assertThat(last.statusCode()).as("it still listens").isEqualTo(200);
                assertThat(last.headers().firstValue("Connection")).hasValue("close");
                auspex.awaitEnd();
                Duration took = Duration.ofNanos(System.nanoTime() - sigterm);
                System.out.printf(
                        "drain: HTTP/2 and gRPC were told, a request in flight was answered, and it"
                                + " ended %.1f s after its SIGTERM%n",
                        took.toMillis() / 1e3);
                assertThat(took).as("nobody was left to wait for").isLessThan(DRAIN);
            } finally {
                channel.shutdownNow();
            }
        } finally {
            get(vertx.close());
        }
    }

    private static int status(HttpClient http, RunningAuspex auspex) throws Exception {
        return get(http.request(HttpMethod.GET, auspex.port(), "127.0.0.1", "/q/health/live")
                        .compose(HttpClientRequest::send))
                .statusCode();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage()
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
