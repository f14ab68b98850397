package io.auspex.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Swaps every second until it is closed. */
final class Swapping implements AutoCloseable {

    private static final long EVERY_NANOS = 1_000_000_000L;

    private final ServiceUnderTest service;
    private final List<Double> millis;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile @Nullable Exception failure;

    /**
     * @param millis receives how long each swap took
     */
    Swapping(ServiceUnderTest service, List<Double> millis) {
        this.service = service;
        this.millis = millis;
        this.thread = Thread.ofPlatform().name("swaps").start(this::run);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stopped = true;
        LockSupport.unpark(thread);
        thread.join();
        Exception failed = failure;
        if (failed != null) {
            throw new IOException("a swap failed", failed);
        }
    }

    private void run() {
        List<Double> took = new ArrayList<>();
        long next = System.nanoTime();
        try {
            while (!stopped) {
                long start = System.nanoTime();
                service.swap();
                took.add((System.nanoTime() - start) / 1e6);
                next += EVERY_NANOS;
                while (!stopped && System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        } catch (IOException | InterruptedException | RuntimeException failed) {
            failure = failed;
        }
        millis.addAll(took);
    }
}
