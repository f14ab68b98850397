package io.auspex.serving;

import io.auspex.platform.BackgroundThreads;
import io.auspex.platform.Failure;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Platform threads for native work: a bounded pool that loads and tests, and one thread that closes
 * sessions, so that closing never waits behind loading. They are of the background: a swap takes
 * longer on a busy machine, and requests do not. Event loops and virtual threads only hand over.
 */
final class ModelWorkers implements AutoCloseable {

    /** Slug of the failure of work that has not begun. */
    static final String BUSY = "loaders-busy";

    /** Loads that may wait; one model has at most one at a time. */
    private static final int MAX_WAITING = 64;

    private static final long STOP_SECONDS = 5;

    private final ExecutorService loaders;
    private final ExecutorService closer;

    ModelWorkers(int threads) {
        this.loaders =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MAX_WAITING),
                        BackgroundThreads.factory("auspex-model-loader-"));
        // Its queue holds at most two sessions a model.
        this.closer =
                Executors.newSingleThreadExecutor(
                        BackgroundThreads.factory("auspex-model-closer-"));
    }

    /** Where sessions close; on the calling thread once the workers have been stopped. */
    Executor closer() {
        return closing -> {
            try {
                closer.execute(closing);
            } catch (RejectedExecutionException stopped) {
                closing.run();
            }
        };
    }

    /**
     * Waits for work done on a loader. For virtual threads.
     *
     * @throws Failure NOT_READY {@code loaders-busy} when too much waits already; the work has not
     *     begun then
     */
    <T> T load(Callable<T> work) throws UnusableModelException {
        Future<T> future;
        try {
            future = loaders.submit(work);
        } catch (RejectedExecutionException full) {
            throw new Failure(
                    Failure.Category.NOT_READY,
                    BUSY,
                    MAX_WAITING + " models wait to be loaded already",
                    full);
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a model was loading", e);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    /** Stops loading, and waits a little for sessions to close. */
    @Override
    public void close() {
        loaders.shutdownNow();
        closer.shutdown();
        try {
            boolean _ = closer.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static UnusableModelException unwrapped(ExecutionException e) {
        return switch (e.getCause()) {
            case UnusableModelException unusable -> unusable;
            case RuntimeException failure -> throw failure;
            case Error error -> throw error;
            case null, default -> throw new IllegalStateException(e);
        };
    }
}
