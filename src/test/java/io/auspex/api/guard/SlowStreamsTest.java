package io.auspex.api.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.platform.PostgresResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that drip, over one connection of HTTP/2 in clear text. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(SecuredProfile.class)
class SlowStreamsTest {

    private static final int PATIENCE_SECONDS = 30;
    private static final long PAUSE_MILLIS = 50;
    private static final long ENHANCE_YOUR_CALM = 0xb;

    @Inject MeterRegistry meters;

    @TestHTTPResource("/")
    URI address;

    private Vertx vertx;
    private HttpClient http;

    @BeforeEach
    void connect() {
        // One connection, so that whoever shares it with somebody slow is seen to live.
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        http =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setProtocolVersion(HttpVersion.HTTP_2)
                                .setHttp2ClearTextUpgrade(false)
                                .setHttp2MaxPoolSize(1));
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aBodyThatDripsEndsItsStreamAndNotTheConnection() throws Exception {
        double before = cut();
        List<CompletableFuture<HttpClientResponse>> slow = new ArrayList<>();
        for (String path : List.of("/api/models/nobody/predict", "/api/trades")) {
            HttpClientRequest request = request(HttpMethod.POST, path);
            assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
            slow.add(answer(request));
            drip(request);
        }
        assertThat(status("/q/health/live")).isEqualTo(200);
        for (CompletableFuture<HttpClientResponse> cut : slow) {
            assertThatThrownBy(() -> cut.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(StreamResetException.class)
                    .rootCause()
                    .extracting(cause -> ((StreamResetException) cause).getCode())
                    .isEqualTo(ENHANCE_YOUR_CALM);
        }
        assertThat(cut()).isEqualTo(before + 2);
        assertThat(status("/q/health/live")).isEqualTo(200);
        assertThat(connections).hasSize(1);
    }

    @Test
    void aBodyThatIsLongButFastEnoughIsReadToItsEnd() throws Exception {
        double before = cut();
        HttpClientRequest request = request(HttpMethod.POST, "/api/trades");
        CompletableFuture<HttpClientResponse> answer = answer(request);
        // Twice the grace, several times faster than is asked for.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        while (System.nanoTime() < end) {
            write(request, " ".repeat(4_000));
            Thread.sleep(PAUSE_MILLIS);
        }
        end(request, "[]");
        assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode())
                .isNotEqualTo(408)
                .isBetween(200, 499);
        assertThat(cut()).isEqualTo(before);
    }

    private final List<Object> connections = new ArrayList<>();

    private HttpClientRequest request(HttpMethod method, String path) throws Exception {
        HttpClientRequest request =
                http.request(
                                new RequestOptions()
                                        .setMethod(method)
                                        .setHost(address.getHost())
                                        .setPort(address.getPort())
                                        .setURI(path)
                                        .putHeader(
                                                "Authorization", "Bearer " + SecuredProfile.ADMIN)
                                        .putHeader("Content-Type", "application/json"))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        request.setChunked(true);
        if (!connections.contains(request.connection())) {
            connections.add(request.connection());
        }
        return request;
    }

    private static CompletableFuture<HttpClientResponse> answer(HttpClientRequest request) {
        return request.response().toCompletionStage().toCompletableFuture();
    }

    private int status(String path) throws Exception {
        HttpClientRequest request = request(HttpMethod.GET, path);
        CompletableFuture<HttpClientResponse> answer = answer(request);
        request.end();
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode();
    }

    /** A byte now and then, until nobody takes it any more. */
    private void drip(HttpClientRequest request) {
        vertx.setPeriodic(
                PAUSE_MILLIS,
                timer ->
                        request.write(Buffer.buffer(" ")).onFailure(_ -> vertx.cancelTimer(timer)));
        request.exceptionHandler(_ -> {});
    }

    private static void write(HttpClientRequest request, String text) {
        request.write(text);
    }

    private static void end(HttpClientRequest request, String text) {
        request.end(text);
    }

    private double cut() {
        var counter = meters.find("auspex.security.cut").tag("limit", "body").counter();
        return counter == null ? 0 : counter.count();
    }
}
