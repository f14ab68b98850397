package io.auspex.api.inference;

import io.auspex.platform.Failure;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Where large requests are scored: a few threads, and a queue that is full at some point. */
@ApplicationScoped
class ScoringPool {

    private final ThreadPoolExecutor threads;

    ScoringPool(InferenceConfig config) {
        this.threads =
                new ThreadPoolExecutor(
                        config.workers(),
                        config.workers(),
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(config.maxWaiting()),
                        Thread.ofPlatform().name("auspex-scoring-", 0).daemon().factory());
    }

    /** Runs the work there; fails with NOT_READY {@code overloaded} when the queue is full. */
    <T> Uni<T> run(Supplier<T> work) {
        return Uni.createFrom()
                .item(work)
                .runSubscriptionOn(threads)
                .onFailure(RejectedExecutionException.class)
                .transform(_ ->
                        new Failure(
                                Failure.Category.NOT_READY,
                                "overloaded",
                                "too many large requests are waiting; try again later"));
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
