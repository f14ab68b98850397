package io.auspex.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.impl.VertxBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a server of Vert.x alone, real sockets, and limits of a moment. */
class ArrivalsTest {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final int MOST = 2;
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(300);

    /** More than the buffers of two sockets hold. */
    private static final Buffer LARGE = Buffer.buffer(new byte[32 * 1024 * 1024]);

    private final AtomicInteger requests = new AtomicInteger();
    private final CompletableFuture<Void> cut = new CompletableFuture<>();
    private Vertx vertx;
    private int port;

    @BeforeEach
    void listen() throws Exception {
        ArrivalLimits limits =
                new ArrivalLimits(MOST, true, SHORT, LONG, 1, Duration.ofSeconds(1), SHORT);
        vertx =
                new VertxBuilder(new VertxOptions())
                        .findTransport(new WatchedTransport(new Arrivals(limits)))
                        .init()
                        .vertx();
        HttpServer server =
                vertx.createHttpServer()
                        .requestHandler(request -> {
                            Arrivals.headArrived(request, false);
                            requests.incrementAndGet();
                            request.connection().closeHandler(_ -> cut.complete(null));
                            request.response()
                                    .end(
                                            request.path().equals("/large")
                                                    ? LARGE
                                                    : Buffer.buffer("ok"));
                        })
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS);
        port = server.actualPort();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void oneConnectionMoreThanAnAddressMayHaveIsClosed() throws Exception {
        try (Socket first = connect();
                Socket second = connect();
                Socket third = connect()) {
            assertThat(answers(first)).isTrue();
            assertThat(answers(second)).isTrue();
            assertThat(answers(third)).isFalse();
            first.close();
            assertThat(answersSoon()).as("who leaves makes room").isTrue();
        }
        assertThat(requests.get()).isEqualTo(3);
    }

    @Test
    void aHeadThatDoesNotEndNeverReachesTheServer() throws Exception {
        try (Socket slow = connect()) {
            slow.getOutputStream().write("GET / HTTP/1.1\r\nHost".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 408");
        }
        assertThat(requests.get()).isZero();
    }

    @Test
    void aConnectionThatDoesNothingIsClosedAfterAWhile() throws Exception {
        try (Socket idle = connect()) {
            assertThat(answers(idle)).isTrue();
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aClientThatDoesNotReadItsAnswerIsCut() throws Exception {
        try (Socket deaf = connect()) {
            deaf.getOutputStream()
                    .write(
                            "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
                                    .getBytes(StandardCharsets.UTF_8));
            cut.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            // What had been taken by the operating system is all there is.
            long read = 0;
            try {
                read = deaf.getInputStream().readAllBytes().length;
            } catch (IOException reset) {
                // It may say so.
            }
            assertThat(read).isLessThan(LARGE.length());
        }
    }

    private boolean answersSoon() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (System.nanoTime() < deadline) {
            try (Socket another = connect()) {
                if (answers(another)) {
                    return true;
                }
            }
            Thread.sleep(20);
        }
        return false;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static boolean answers(Socket socket) {
        try {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[4096];
            int length = socket.getInputStream().read(answer);
            return length > 0
                    && new String(answer, 0, length, StandardCharsets.UTF_8)
                            .startsWith("HTTP/1.1 200");
        } catch (IOException closed) {
            return false;
        }
    }
}
