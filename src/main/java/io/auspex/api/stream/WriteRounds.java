package io.auspex.api.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The outboxes of one event loop that have something to write: one task writes for all of them,
 * where a task for each would cost as much as the writing. What waits is bounded by the number of
 * connections: an outbox is here at most once.
 */
final class WriteRounds implements Runnable {

    /** Outboxes written before something else gets its turn on the event loop. */
    private static final int ROUND = 512;

    private final Executor eventLoop;
    private final Queue<Outbox> woken = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    WriteRounds(Executor eventLoop) {
        this.eventLoop = eventLoop;
    }

    void wake(Outbox outbox) {
        woken.add(outbox);
        schedule();
    }

    @Override
    public void run() {
        scheduled.set(false);
        for (int i = 0; i < ROUND; i++) {
            Outbox outbox = woken.poll();
            if (outbox == null) {
                return;
            }
            outbox.write();
        }
        schedule();
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            eventLoop.execute(this);
        }
    }
}
