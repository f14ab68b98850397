package io.auspex.retraining;

import io.auspex.platform.BackgroundThreads;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads for computing, one a refit that may run: a virtual thread that computes for seconds would
 * keep a carrier from all others. They are of the background.
 */
@ApplicationScoped
class CpuPool {

    private final ExecutorService threads;

    @Inject
    CpuPool(RetrainingConfig config) {
        this.threads =
                Executors.newFixedThreadPool(
                        config.refit().workers(), BackgroundThreads.factory("refit-cpu-"));
    }

    /** Computes while the calling virtual thread waits. */
    <T> T call(Callable<T> work) throws Exception {
        Future<T> result = threads.submit(work);
        try {
            return result.get();
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw failure;
            }
        } finally {
            result.cancel(true);
        }
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
