package io.auspex.bench;

import io.auspex.platform.PromptThreads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Requests at instants that do not depend on the answers, as independent callers send them: the
 * gaps are exponential (a Poisson process). A latency counts from the instant at which the request
 * was to be sent, also when no connection was free then: a server that stalls is charged for every
 * request that its stall has kept waiting (no coordinated omission).
 *
 * <pre>
 *   due ──> a free connection? ─ yes ─> send
 *                └── no ──> waiting ──┐
 *   answer ─> record ─> waiting? ─ yes ─> send the oldest <┘
 *                └── no ──> the connection is free
 * </pre>
 *
 * One thread looks for answers after each request that it sends and at least every {@value
 * #LOOK_MICROS} us, and sleeps in between. It never waits for an answer: the server would have to
 * wake it for each, which a server pays for whose callers share its machine, and no other. So a
 * latency is up to {@value #LOOK_MICROS} us longer than it was.
 *
 * <p>While the generator itself has no processor ({@link OwnStalls}) nothing is sent, and nothing
 * that was due then is sent later, in a bunch that nobody sends. When an answer came that is found
 * at the first look after it, nobody knows: it is left out. One that is still under way then counts
 * like any other.
 *
 * <p>Which requests another program of the <em>server's</em> processor held up is told besides, in
 * a figure of its own, where it can be seen ({@link OthersTurns}).
 */
final class OpenLoop implements Load {

    private static final int LOOK_MICROS = 50;
    private static final long LOOK_NANOS = LOOK_MICROS * 1_000L;
    private static final long DRAIN_NANOS = 20_000_000_000L;
    private static final int LATE_DIGITS = 2;

    /** A server that far behind has failed. */
    private static final int MAX_WAITING = 1_000_000;

    private final LoadJob job;
    private final ByteBuffer[] requests;
    private volatile boolean stopped;

    OpenLoop(LoadJob job, ByteBuffer[] requests) {
        this.job = job;
        this.requests = requests;
    }

    @Override
    public LoadResult run() throws IOException {
        // What else runs on its processor is not to be charged to the server.
        boolean _ = PromptThreads.enter();
        TimerSlack.none();
        try (Selector selector = Selector.open()) {
            List<LoadConnection> connections = new ArrayList<>();
            try {
                for (int i = 0; i < job.connections(); i++) {
                    connections.add(new LoadConnection(job.port(), i, selector));
                }
                try (Run run = new Run(selector, connections)) {
                    return run.run();
                }
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

    /** From the moment at which all are connected. */
    private final class Run implements AutoCloseable {

        private final Selector selector;
        private final Queue<LoadConnection> free;
        private final Queue<Long> waiting = new ArrayDeque<>();
        private final Histogram late = new Histogram(LATE_DIGITS);
        private final SplittableRandom random = new SplittableRandom(job.seed());
        private final double gapNanos = 1e9 / job.rate();
        private final OwnStalls stalls;
        private final LoadRecord load;
        private final OthersTurns others;
        private final long end;
        private double due;
        private long sent;
        private long received;
        private long lastNews;
        private long looks;
        private long lastDoubtfulLook;

        Run(Selector selector, List<LoadConnection> connections) throws IOException {
            this.selector = selector;
            this.free = new ArrayDeque<>(connections);
            long start = System.nanoTime();
            this.stalls = new OwnStalls(start);
            this.load = new LoadRecord(start + job.warmUpNanos());
            this.others =
                    new OthersTurns(job.threads().stream().map(Path::of).toList(), load, start);
            this.end = start + job.warmUpNanos() + job.nanos();
            this.due = start;
        }

        LoadResult run() throws IOException {
            while (!stopped && due < end) {
                sendDue();
                look();
                sleep((long) due - System.nanoTime());
            }
            long last = System.nanoTime();
            drain();
            others.end(System.nanoTime());
            return load.result(last, late.getValueAtPercentile(99), stalls.totalNanos());
        }

        @Override
        public void close() throws IOException {
            others.close();
        }

        private void drain() throws IOException {
            lastNews = System.nanoTime();
            while (received < sent && System.nanoTime() - lastNews < DRAIN_NANOS) {
                look();
                sleep(LOOK_NANOS);
            }
            for (; received < sent; received++) {
                load.failed("no answer");
            }
        }

        private void sleep(long nanos) {
            if (nanos > 0) {
                LockSupport.parkNanos(Math.min(nanos, LOOK_NANOS));
                step();
            }
        }

        /** Now, after what it has done last. */
        private long step() {
            long now = System.nanoTime();
            if (stalls.step(now)) {
                // What is left of this look, and the next, bring what came in the meantime.
                lastDoubtfulLook = looks + 1;
                for (; due < now && due < end; toNext()) {
                    load.leftOut((long) due);
                }
            }
            return now;
        }

        private void toNext() {
            due -= gapNanos * Math.log(1 - random.nextDouble());
        }

        private void sendDue() throws IOException {
            while (!stopped && due < end && due <= step()) {
                send((long) due);
                toNext();
            }
        }

        private void send(long dueNanos) throws IOException {
            sent++;
            LoadConnection connection = free.poll();
            if (connection == null) {
                if (waiting.size() == MAX_WAITING) {
                    throw new IOException(MAX_WAITING + " requests wait");
                }
                waiting.add(dueNanos);
                return;
            }
            late.recordValue(Math.max(0, System.nanoTime() - dueNanos));
            connection.send(requests, dueNanos);
        }

        private void look() throws IOException {
            looks++;
            others.look(System.nanoTime(), sent - received);
            if (selector.selectNow() == 0) {
                return;
            }
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() instanceof LoadConnection connection && connection.receive()) {
                    received++;
                    lastNews = step();
                    if (!connection.isOk()) {
                        load.failed(connection.text());
                    } else if (looks <= lastDoubtfulLook) {
                        load.leftOut(connection.sentNanos());
                    } else {
                        load.answered(connection.sentNanos(), lastNews);
                        others.answered(connection.sentNanos(), lastNews);
                    }
                    released(connection);
                    sendDue();
                }
            }
            selector.selectedKeys().clear();
        }

        private void released(LoadConnection connection) throws IOException {
            Long longDue = waiting.poll();
            if (longDue == null) {
                free.add(connection);
            } else {
                connection.send(requests, longDue);
            }
        }
    }
}
