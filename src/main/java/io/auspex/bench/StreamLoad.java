package io.auspex.bench;

import io.auspex.platform.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that subscribes: each line on its input is a {@link StreamJob}, each line on its output
 * the answer. One thread and one selector for all connections.
 */
public final class StreamLoad {

    private static final long OPEN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long SELECT_MILLIS = 20;

    /** Connections that are opened before the others, so that no backlog overflows. */
    private static final int AT_ONCE = 64;

    private static final int GONE = 1006;

    private final LinkedBlockingQueue<StreamJob> jobs = new LinkedBlockingQueue<>(16);
    private final List<StreamSubscriber> subscribers = new ArrayList<>();
    private final StreamTally tally = new StreamTally();
    private final Selector selector;

    private StreamLoad() throws IOException {
        this.selector = Selector.open();
    }

    public static void main(String... arguments) throws Exception {
        TimerSlack.none();
        StreamLoad load = new StreamLoad();
        Thread.ofPlatform().daemon().name("jobs").start(load::listen);
        while (true) {
            load.turn();
            StreamJob job = load.jobs.poll();
            if (job != null) {
                System.out.println(Json.mapper().writeValueAsString(load.run(job)));
            }
        }
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                jobs.put(Json.mapper().readValue(line, StreamJob.class));
                selector.wakeup();
            }
            System.exit(0);
        } catch (IOException | InterruptedException | RuntimeException failure) {
            failure.printStackTrace();
            System.exit(1);
        }
    }

    private void turn() throws IOException {
        selector.select(
                key -> {
                    if (key.attachment() instanceof StreamSubscriber subscriber) {
                        subscriber.read(tally);
                    }
                },
                SELECT_MILLIS);
    }

    private StreamResult run(StreamJob job) throws IOException {
        switch (job.order()) {
            case OPEN -> open(job);
            case BEGIN -> tally.reset();
            case END -> {
                // The answer is below.
            }
            case READ_STALLED -> readStalled();
            case CLOSE -> {
                for (StreamSubscriber subscriber : subscribers) {
                    subscriber.close();
                }
                subscribers.clear();
                selector.selectNow();
            }
        }
        return tally.result(closeCodes());
    }

    private void open(StreamJob job) throws IOException {
        long deadline = System.nanoTime() + OPEN_NANOS;
        for (int i = 0; i < job.connections(); i++) {
            // Spread over all, as they would be.
            boolean isStalled = job.stalled() > 0 && i % (job.connections() / job.stalled()) == 0;
            subscribers.add(StreamSubscriber.open(selector, job, isStalled));
            while (i % AT_ONCE == AT_ONCE - 1 && !isOpen() && System.nanoTime() < deadline) {
                turn();
            }
        }
        while (!isOpen()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the connections were not opened in time");
            }
            turn();
        }
    }

    private boolean isOpen() {
        return subscribers.stream().allMatch(StreamSubscriber::isOpen);
    }

    private void readStalled() throws IOException {
        for (StreamSubscriber subscriber : subscribers) {
            subscriber.readAfterAll();
        }
        long deadline = System.nanoTime() + STALLED_NANOS;
        while (System.nanoTime() < deadline
                && !subscribers.stream().allMatch(StreamSubscriber::isReadOrClosed)) {
            turn();
        }
    }

    private Map<Integer, Integer> closeCodes() {
        Map<Integer, Integer> codes = new TreeMap<>();
        for (StreamSubscriber subscriber : subscribers) {
            if (subscriber.isClosed()) {
                codes.merge(subscriber.closeCode().orElse(GONE), 1, Integer::sum);
            }
        }
        return codes;
    }
}
