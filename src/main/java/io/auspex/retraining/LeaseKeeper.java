package io.auspex.retraining;

import io.auspex.platform.Await;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds the lease of a running refit: extends it three times in its length and passes progress on,
 * from one virtual thread of its own, so that neither the database nor an observer can hold up the
 * worker. Progress that comes faster than it can be written is overtaken by newer progress.
 */
final class LeaseKeeper implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);

    private final RefitQueue queue;
    private final ClaimedRefit claim;
    private final Duration lease;
    private final Consumer<Refit> onProgress;
    private final Runnable onLost;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;

    private @Nullable Step latest;
    private boolean closed;
    private boolean lost;

    private record Step(String phase, int percent) {}

    /**
     * @param onProgress hears of every progress that was written
     * @param onLost called once, when the job is somebody else's or was cancelled
     */
    LeaseKeeper(
            RefitQueue queue,
            ClaimedRefit claim,
            Duration lease,
            Consumer<Refit> onProgress,
            Runnable onLost) {
        this.queue = queue;
        this.claim = claim;
        this.lease = lease;
        this.onProgress = onProgress;
        this.onLost = onLost;
        this.thread =
                Thread.ofVirtual().name("refit-lease-" + claim.id()).start(this::keepUntilClosed);
    }

    /** Never blocks. */
    void progress(String phase, int percent) {
        lock.lock();
        try {
            latest = new Step(phase, percent);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isLost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /** After this nothing more is written in the claim's name from here. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException wait) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepUntilClosed() {
        try {
            keep();
        } catch (InterruptedException stopped) {
            lose();
        }
    }

    private void keep() throws InterruptedException {
        long held = System.nanoTime();
        long beat = held;
        while (true) {
            Step step = next(beat + lease.toNanos() / 3 - System.nanoTime());
            if (isClosed()) {
                return;
            }
            try {
                long now = System.nanoTime();
                Optional<Refit> written = write(step);
                if (written.isEmpty()) {
                    lose();
                    return;
                }
                beat = now;
                held = now;
                if (step != null) {
                    onProgress.accept(written.get());
                }
            } catch (RuntimeException unreachable) {
                LOG.warnf("refit %d: the queue does not answer: %s", claim.id(), unreachable);
                beat = System.nanoTime();
                if (beat - held > lease.toNanos()) {
                    lose();
                    return;
                }
            }
        }
    }

    /** Writing progress extends the lease too: whoever gets on with it is alive. */
    private Optional<Refit> write(@Nullable Step step) {
        if (step != null) {
            Optional<Refit> progressed =
                    Await.item(() -> queue.progress(claim, step.phase(), step.percent()));
            if (progressed.isEmpty()) {
                return progressed;
            }
        }
        return Await.item(() -> queue.heartbeat(claim, lease));
    }

    private @Nullable Step next(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (latest == null && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            Step step = latest;
            latest = null;
            return step;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void lose() {
        lock.lock();
        try {
            lost = true;
        } finally {
            lock.unlock();
        }
        onLost.run();
    }
}
