package io.auspex.bench;

import io.auspex.platform.PromptThreads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Requests at instants that do not depend on the answers, as independent callers send them: the
 * gaps are exponential (a Poisson process). A latency counts from the instant at which the request
 * was to be sent, also when no connection was free then: a server that stalls is charged for every
 * request that its stall has kept waiting (no coordinated omission).
 *
 * <pre>
 *   sender    sleeps to the next instant ─> a free connection? ─ yes ─> send
 *                                               └── no ──> waiting ──┐
 *   receiver  answer ─> record ─> waiting? ─ yes ─> send the oldest <┘
 *                                    └── no ──> the connection is free
 * </pre>
 *
 * Both sleep when there is nothing to do, so that the processor is left to whoever else is measured
 * there.
 */
final class OpenLoop implements Load {

    private static final long WAIT_MILLIS = 100;
    private static final long DRAIN_NANOS = 20_000_000_000L;
    private static final int LATE_DIGITS = 2;

    /** A server that far behind has failed. */
    private static final int MAX_WAITING = 1_000_000;

    private final LoadJob job;
    private final ByteBuffer[] requests;
    private final Object turn = new Object();
    private final Queue<LoadConnection> free = new ArrayDeque<>();
    private final Queue<Long> waiting = new ArrayDeque<>();
    private final Histogram late = new Histogram(LATE_DIGITS);
    private volatile boolean stopped;
    private volatile long sent;
    private volatile boolean allSent;
    private volatile long lastNanos;
    private volatile @Nullable Exception broken;

    OpenLoop(LoadJob job, ByteBuffer[] requests) {
        this.job = job;
        this.requests = requests;
    }

    @Override
    public LoadResult run() throws IOException, InterruptedException {
        // What else runs on its processor is not to be charged to the server.
        boolean _ = PromptThreads.enter();
        try (Selector selector = Selector.open()) {
            List<LoadConnection> connections = new ArrayList<>();
            try {
                for (int i = 0; i < job.connections(); i++) {
                    connections.add(new LoadConnection(job.port(), i, selector));
                }
                free.addAll(connections);
                long start = System.nanoTime();
                Thread sender = Thread.ofPlatform().name("sender").start(() -> sendAll(start));
                LoadRecord load = new LoadRecord(start + job.warmUpNanos());
                try {
                    receiveAll(selector, load);
                } finally {
                    stopped = true;
                    sender.join();
                }
                Exception failure = broken;
                if (failure != null) {
                    throw new IOException("the sender failed", failure);
                }
                return load.result(lastNanos, late.getValueAtPercentile(99));
            } finally {
                for (LoadConnection connection : connections) {
                    connection.close();
                }
            }
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private void sendAll(long start) {
        TimerSlack.none();
        boolean _ = PromptThreads.enter();
        SplittableRandom random = new SplittableRandom(job.seed());
        long end = start + job.warmUpNanos() + job.nanos();
        double gapNanos = 1e9 / job.rate();
        double due = start;
        try {
            while (!stopped) {
                due -= gapNanos * Math.log(1 - random.nextDouble());
                long dueNanos = (long) due;
                if (dueNanos >= end) {
                    break;
                }
                for (long left = dueNanos - System.nanoTime();
                        left > 0;
                        left = dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                send(dueNanos);
            }
        } catch (IOException | RuntimeException failure) {
            broken = failure;
        }
        lastNanos = System.nanoTime();
        allSent = true;
    }

    private void send(long dueNanos) throws IOException {
        LoadConnection connection;
        synchronized (turn) {
            sent++;
            connection = free.poll();
            if (connection == null) {
                if (waiting.size() == MAX_WAITING) {
                    throw new IOException(MAX_WAITING + " requests wait");
                }
                waiting.add(dueNanos);
                return;
            }
        }
        late.recordValue(Math.max(0, System.nanoTime() - dueNanos));
        connection.send(requests, dueNanos);
    }

    private void receiveAll(Selector selector, LoadRecord load) throws IOException {
        long received = 0;
        long lastNews = System.nanoTime();
        while (!(allSent && received == sent)) {
            int ready = selector.select(WAIT_MILLIS);
            if (ready == 0 && allSent && System.nanoTime() - lastNews > DRAIN_NANOS) {
                break;
            }
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() instanceof LoadConnection connection && connection.receive()) {
                    received++;
                    lastNews = System.nanoTime();
                    if (connection.isOk()) {
                        load.answered(connection.sentNanos(), lastNews);
                    } else {
                        load.failed(connection.text());
                    }
                    released(connection);
                }
            }
            selector.selectedKeys().clear();
        }
        for (; received < sent; received++) {
            load.failed("no answer");
        }
    }

    private void released(LoadConnection connection) throws IOException {
        Long due;
        synchronized (turn) {
            due = waiting.poll();
            if (due == null) {
                free.add(connection);
            }
        }
        if (due != null) {
            connection.send(requests, due);
        }
    }
}
