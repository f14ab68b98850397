package io.auspex.api.inference;

import io.auspex.platform.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where slow models and large requests are scored: a few threads, and a queue that is full at some
 * point. It knows what the work that waits is expected to cost, so that it can say at once that a
 * deadline cannot be met; and what waits until its deadline, or until nobody wants the answer any
 * more, leaves the queue without having run.
 */
@Startup
@ApplicationScoped
class ScoringPool {

    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor timers;
    private final LongSupplier nanoTime;
    private final Counter refused;
    private final Counter late;

    /** Expected cost of everything that waits or runs. */
    private final AtomicLong expectedNanos = new AtomicLong();

    @Inject
    ScoringPool(InferenceConfig config, MeterRegistry meters) {
        this(config.workers(), config.maxWaiting(), meters, System::nanoTime);
    }

    ScoringPool(int workers, int maxWaiting, MeterRegistry meters, LongSupplier nanoTime) {
        this.threads =
                new ThreadPoolExecutor(
                        workers,
                        workers,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(maxWaiting),
                        Thread.ofPlatform().name("auspex-scoring-", 0).daemon().factory());
        // Only work that waits has a timer: as many as the queue holds.
        this.timers =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("auspex-deadlines").daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        this.nanoTime = nanoTime;
        this.refused = counter(meters, "overloaded");
        this.late = counter(meters, "deadline");
        Gauge.builder("auspex.scoring.waiting", threads, pool -> pool.getQueue().size())
                .description("Requests that wait for a scoring thread")
                .register(meters);
    }

    /** Runs the work there; fails with NOT_READY {@code overloaded} when the queue is full. */
    <T> Uni<T> run(Supplier<T> work) {
        return run(work, 0, Deadline.NONE);
    }

    /**
     * Runs the work there, if that can be done in time.
     *
     * @param costNanos what it is expected to take
     * @return fails with NOT_READY {@code overloaded} when the queue is full, TOO_LATE {@code
     *     deadline} when what waits and the work itself would take longer than is left, or when it
     *     has waited too long; the work has not run then
     */
    <T> Uni<T> run(Supplier<T> work, long costNanos, Deadline deadline) {
        return Uni.createFrom()
                .emitter(emitter -> new Task<T>(work, costNanos, deadline, emitter).submit());
    }

    /** One that was late before it got here. */
    Failure late(Deadline deadline, long neededNanos) {
        late.increment();
        return deadline.tooLate(nanoTime.getAsLong(), neededNanos);
    }

    @PreDestroy
    void stop() {
        timers.shutdownNow();
        threads.shutdownNow();
    }

    private static Counter counter(MeterRegistry meters, String reason) {
        return Counter.builder("auspex.scoring.refused")
                .description(
                        "Requests that were not scored, because of the queue or their deadline")
                .tag("reason", reason)
                .register(meters);
    }

    /** Work that waits, then runs, unless it leaves the queue before. */
    private final class Task<T> implements Runnable {

        private static final int WAITING = 0;
        private static final int RUNNING = 1;
        private static final int LEFT = 2;

        private final Supplier<T> work;
        private final long costNanos;
        private final Deadline deadline;
        private final UniEmitter<? super T> emitter;
        private final AtomicInteger state = new AtomicInteger(WAITING);
        private volatile @Nullable Future<?> timer;

        Task(Supplier<T> work, long costNanos, Deadline deadline, UniEmitter<? super T> emitter) {
            this.work = work;
            this.costNanos = costNanos;
            this.deadline = deadline;
            this.emitter = emitter;
        }

        void submit() {
            long now = nanoTime.getAsLong();
            long before = expectedNanos.getAndAdd(costNanos);
            long needed = before / threads.getCorePoolSize() + costNanos;
            if (!deadline.allows(now, needed)) {
                expectedNanos.addAndGet(-costNanos);
                emitter.fail(late(deadline, needed));
                return;
            }
            emitter.onTermination(this::leave);
            try {
                threads.execute(this);
            } catch (RejectedExecutionException full) {
                expectedNanos.addAndGet(-costNanos);
                refused.increment();
                emitter.fail(overloaded());
                return;
            }
            if (!deadline.isNone() && state.get() == WAITING) {
                timer =
                        timers.schedule(
                                this::expire,
                                deadline.leftNanos(now) - costNanos,
                                TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void run() {
            if (!state.compareAndSet(WAITING, RUNNING)) {
                return;
            }
            stopTimer();
            try {
                emitter.complete(result());
            } catch (RuntimeException | Error failure) {
                emitter.fail(failure);
            }
        }

        /** What it was expected to cost is given back before anybody hears of the end. */
        private T result() {
            try {
                if (!deadline.allows(nanoTime.getAsLong(), costNanos)) {
                    throw late(deadline, costNanos);
                }
                return work.get();
            } finally {
                expectedNanos.addAndGet(-costNanos);
            }
        }

        private void expire() {
            if (leave()) {
                emitter.fail(late(deadline, costNanos));
            }
        }

        /** True when it waited until now, and does so no more. */
        private boolean leave() {
            if (!state.compareAndSet(WAITING, LEFT)) {
                return false;
            }
            stopTimer();
            threads.remove(this);
            expectedNanos.addAndGet(-costNanos);
            return true;
        }

        private void stopTimer() {
            Future<?> running = timer;
            if (running != null) {
                running.cancel(false);
            }
        }

        private Failure overloaded() {
            return new Failure(
                    Failure.Category.NOT_READY,
                    "overloaded",
                    "too many requests are waiting to be scored; try again later");
        }
    }
}
