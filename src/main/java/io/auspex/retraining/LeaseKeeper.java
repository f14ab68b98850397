package io.auspex.retraining;

import io.auspex.platform.Await;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds the lease of a running refit: extends it three times in its length and passes progress on,
 * from one virtual thread of its own, so that neither the database nor an observer can hold up the
 * worker. Progress is written once a second, and when a phase begins: a write costs the database
 * and the service some milliseconds of a processor that requests want. What comes faster is
 * overtaken by newer progress.
 */
final class LeaseKeeper implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);

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
        String phase = "";
        while (true) {
            Step step = next(phase, beat);
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
                    phase = step.phase();
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
        return Await.item(() ->
                step == null
                        ? queue.heartbeat(claim, lease)
                        : queue.progress(claim, lease, step.phase(), step.percent()));
    }

    /**
     * Waits until there is something to write.
     *
     * @param phase the last that was written
     * @param beat when something was written last, {@link System#nanoTime}
     * @return null when the lease alone is to be extended
     */
    private @Nullable Step next(String phase, long beat) throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                boolean begins = latest != null && !latest.phase().equals(phase);
                long third = lease.toNanos() / 3;
                long pause = latest == null ? third : Math.min(third, PROGRESS_NANOS);
                long left = begins ? 0 : beat + pause - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                var _ = changed.awaitNanos(left);
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
