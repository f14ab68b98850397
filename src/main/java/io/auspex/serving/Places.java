package io.auspex.serving;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Room for sessions, which hold native memory: a place is taken before one is opened and is free
 * again when it has closed. Thread-safe.
 */
final class Places {

    private final int most;
    private final Executor closer;
    private final Semaphore free;

    /**
     * @param most sessions at the same time
     * @param closer where sessions are closed; never an event loop
     */
    Places(int most, Executor closer) {
        this.most = most;
        this.closer = closer;
        this.free = new Semaphore(most);
    }

    /**
     * Takes a place, when one becomes free in time.
     *
     * @return false when none did
     */
    boolean admit(Duration patience) throws InterruptedException {
        return free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Gives back a place whose session was never made. */
    void dismiss() {
        free.release();
    }

    /** Runs what closes an admitted session, and gives its place back. */
    void close(Runnable closing) {
        closer.execute(() -> {
            try {
                closing.run();
            } finally {
                free.release();
            }
        });
    }

    /** Places that are not free. */
    int taken() {
        return most - free.availablePermits();
    }
}
