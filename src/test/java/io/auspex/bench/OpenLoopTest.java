package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

    private static final double RATE = 500;
    private static final double SECONDS = 1;
    private static final long SEED = 7;
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong answerMillis = new AtomicLong();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    asked.incrementAndGet();
                    try {
                        TimeUnit.MILLISECONDS.sleep(answerMillis.get());
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write("ok".getBytes(StandardCharsets.US_ASCII));
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
        threads.close();
    }

    @Test
    void whatWasToBeSentIsCountedOrLeftOut() throws Exception {
        LoadResult result = run(32);
        assertThat(result.failures()).as(result.firstFailure()).isZero();
        assertThat(result.requests() + result.leftOut()).isCloseTo(planned(), within(1L));
        assertThat(result.requests()).as("most were not left out").isGreaterThan(planned() / 2);
    }

    @Test
    void whoWaitsForAConnectionWaitsSinceItWasToBeSent() throws Exception {
        answerMillis.set(4);
        // 250 a second are what one connection can have, and twice as many come.
        LoadResult result = run(1);
        assertThat(result.failures()).as(result.firstFailure()).isZero();
        assertThat(result.p50()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(200));
        assertThat(result.requests()).isLessThanOrEqualTo(asked.get());
    }

    private LoadResult run(int connections) throws InterruptedException, ExecutionException {
        LoadJob job =
                new LoadJob(
                        server.getAddress().getPort(),
                        "",
                        connections,
                        0,
                        SECONDS,
                        RATE,
                        SEED,
                        List.of());
        ByteBuffer request = ByteBuffer.allocateDirect(REQUEST.length).put(REQUEST).flip();
        FutureTask<LoadResult> result =
                new FutureTask<>(() -> new OpenLoop(job, new ByteBuffer[] {request}).run());
        // It gives the thread that it runs on another slice, for good.
        Thread.ofPlatform().start(result);
        return result.get();
    }

    /** So many instants of the same random numbers lie within the seconds. */
    private static long planned() {
        SplittableRandom random = new SplittableRandom(SEED);
        long count = 0;
        for (double due = 0; due < SECONDS; count++) {
            due -= Math.log(1 - random.nextDouble()) / RATE;
        }
        return count;
    }
}
