package io.auspex.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/**
 * Every connection sends as soon as it has its answer: finds how much the server can do. Its
 * latencies say how long requests wait for each other then, and compare servers; they are no
 * latencies of a service that has callers of its own pace (see {@link OpenLoop}).
 */
final class ClosedLoop implements Load {

    private static final long WAIT_MILLIS = 100;
    private static final long DRAIN_NANOS = 5_000_000_000L;

    private final LoadJob job;
    private final ByteBuffer[] requests;
    private volatile boolean stopped;

    ClosedLoop(LoadJob job, ByteBuffer[] requests) {
        this.job = job;
        this.requests = requests;
    }

    @Override
    public LoadResult run() throws IOException {
        try (Selector selector = Selector.open()) {
            List<LoadConnection> connections = new ArrayList<>();
            try {
                for (int i = 0; i < job.connections(); i++) {
                    connections.add(new LoadConnection(job.port(), i, selector));
                }
                return run(selector, connections);
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

    private LoadResult run(Selector selector, List<LoadConnection> connections) throws IOException {
        long start = System.nanoTime();
        long from = start + job.warmUpNanos();
        long end = from + job.nanos();
        LoadRecord load = new LoadRecord(from);
        int underWay = connections.size();
        for (LoadConnection connection : connections) {
            connection.send(requests, System.nanoTime());
        }
        long now = start;
        long last = start;
        while (underWay > 0 && now < end + DRAIN_NANOS) {
            selector.select(WAIT_MILLIS);
            boolean sending = !stopped && System.nanoTime() < end;
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() instanceof LoadConnection connection && connection.receive()) {
                    now = System.nanoTime();
                    if (connection.isOk()) {
                        load.answered(connection.sentNanos(), now);
                    } else {
                        load.failed(connection.text());
                    }
                    if (sending) {
                        connection.send(requests, now);
                        last = now;
                    } else {
                        underWay--;
                    }
                }
            }
            selector.selectedKeys().clear();
            now = System.nanoTime();
        }
        for (int i = 0; i < underWay; i++) {
            load.failed("no answer");
        }
        return load.result(last, 0, 0);
    }
}
