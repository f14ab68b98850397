package io.auspex.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.GoAway;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.impl.VertxBuilder;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Connections of HTTP/2, and one of HTTP/1 that waits: a server and a client of Vert.x alone, and
 * limits of a moment.
 */
class StreamedConnectionsTest {

    private static final int PATIENCE_SECONDS = 20;
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration IDLE = Duration.ofMillis(400);

    /** What a connection of HTTP/2 begins with, and settings that set nothing (RFC 9113, 3.4). */
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private static final long ENHANCE_YOUR_CALM = 0xb;

    /** The type of that frame. */
    private static final int GOAWAY = 7;

    /** Answers that the test gives. */
    private final BlockingQueue<HttpServerResponse> held = new LinkedBlockingQueue<>();

    /** Of the client, in the order in which they were opened. */
    private final List<HttpConnection> connections = new CopyOnWriteArrayList<>();

    /** By whoever reads a body. */
    private final BlockingQueue<Throwable> heard = new LinkedBlockingQueue<>();

    private final BlockingQueue<GoAway> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<HttpConnection> closed = new LinkedBlockingQueue<>();
    private Vertx vertx;
    private HttpClient http;
    private int port;

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    /** With the limit of idleness that a test is about. */
    private void listen(Duration idle) throws Exception {
        listen(idle, LONG);
    }

    private void listen(Duration idle, Duration bodyGrace) throws Exception {
        // A quarter of the shortest limit is how often it is looked.
        ArrivalLimits limits =
                new ArrivalLimits(10, true, Duration.ofMillis(200), bodyGrace, 1, idle, LONG);
        vertx =
                new VertxBuilder(new VertxOptions())
                        .findTransport(new WatchedTransport(new Arrivals(limits)))
                        .init()
                        .vertx();
        port =
                get(vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"))
                        .actualPort();
        http =
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
    }

    private void answer(HttpServerRequest request) {
        Arrivals.headArrived(request, false);
        if (request.path().equals("/held")) {
            // As resources do that answer on another thread: its end has not been read then.
            request.pause();
            held.add(request.response());
        } else if (request.path().equals("/read")) {
            request.exceptionHandler(heard::add).resume();
        } else {
            request.response().end("ok");
        }
    }

    @Test
    void whoIsLedAwayGetsWhatWasAskedForAndAsksTheNextOnAnotherConnection() throws Exception {
        listen(LONG);
        Future<HttpClientResponse> inFlight = ask("/held");
        HttpServerResponse answer = held.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);

        Arrivals.leadAway();

        GoAway first = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(first.getErrorCode()).isZero();
        assertThat(first.getLastStreamId()).as("what crosses is taken").isEqualTo(0x7fffffff);
        assertThat(get(ask("/next")).statusCode()).isEqualTo(200);
        assertThat(connections).as("the next question").hasSize(2);
        assertThat(closed).as("somebody waits there for an answer").isEmpty();
        answer.end("late");
        assertThat(get(get(inFlight).body()).toString()).isEqualTo("late");
        assertThat(closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(connections.get(0));
    }

    @Test
    void oneThatNobodyUsesIsClosedAndItsClientIsTold() throws Exception {
        listen(IDLE);
        assertThat(get(ask("/")).statusCode()).isEqualTo(200);
        assertThat(closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(connections.get(0));
        assertThat(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).getErrorCode()).isZero();
        assertThat(get(ask("/")).statusCode()).isEqualTo(200);
        assertThat(connections).hasSize(2);
    }

    @Test
    void oneWithAStreamStaysForAsLongAsThatIsOpen() throws Exception {
        listen(IDLE);
        Future<HttpClientResponse> slow = ask("/held");
        HttpServerResponse answer = held.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(closed.poll(5 * IDLE.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        answer.end("late");
        assertThat(get(get(slow).body()).toString()).isEqualTo("late");
        assertThat(closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(connections.get(0));
    }

    @Test
    void whoBringsNoBodyIsNotCutForASlowOneWhenTheAnswerIs() throws Exception {
        listen(LONG, IDLE);
        try (Socket patient = new Socket(InetAddress.getLoopbackAddress(), port)) {
            patient.getOutputStream()
                    .write(
                            "GET /held HTTP/1.1\r\nHost: x\r\n\r\n"
                                    .getBytes(StandardCharsets.ISO_8859_1));
            HttpServerResponse answer = held.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            patient.setSoTimeout(5 * (int) IDLE.toMillis());
            assertThatThrownBy(() -> patient.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);
            patient.setSoTimeout(PATIENCE_SECONDS * 1_000);
            answer.end("late");
            byte[] status = patient.getInputStream().readNBytes("HTTP/1.1 200".length());
            assertThat(new String(status, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 200");
        }
    }

    @Test
    void whoReadsABodyThatIsTooSlowHearsOfItsEndAndTheConnectionGoesOn() throws Exception {
        listen(LONG, IDLE);
        HttpClientRequest slow = get(http.request(HttpMethod.POST, port, "127.0.0.1", "/read"));
        slow.exceptionHandler(_ -> {}).setChunked(true);
        get(slow.sendHead());

        assertThat(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(StreamResetException.class);
        assertThatThrownBy(() -> get(slow.response()))
                .hasCauseInstanceOf(StreamResetException.class)
                .cause()
                .extracting(cause -> ((StreamResetException) cause).getCode())
                .isEqualTo(ENHANCE_YOUR_CALM);
        assertThat(get(ask("/")).statusCode()).isEqualTo(200);
        assertThat(connections).hasSize(1);
    }

    @Test
    void oneThatNeverAsksIsToldInItsOwnProtocol() throws Exception {
        listen(LONG);
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), port)) {
            silent.setSoTimeout(PATIENCE_SECONDS * 1_000);
            silent.getOutputStream().write(PREFACE);
            DataInputStream in = new DataInputStream(silent.getInputStream());
            List<Integer> frames = new ArrayList<>();
            while (!frames.contains(GOAWAY)) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                frames.add(in.readUnsignedByte());
                in.skipNBytes(1 + Integer.BYTES + length);
            }
            assertThat(in.read()).as("the end").isEqualTo(-1);
        }
    }

    private Future<HttpClientResponse> ask(String path) {
        return http.request(HttpMethod.GET, port, "127.0.0.1", path)
                .compose(request ->
                        request.send().compose(response -> response.body().map(_ -> response)));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage()
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
