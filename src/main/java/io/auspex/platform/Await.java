package io.auspex.platform;

import io.quarkus.arc.Arc;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * The only place that waits for an asynchronous result. The work is subscribed to on a fresh
 * duplicated Vert.x context of the {@link BackgroundLoop}, as Hibernate Reactive wants it; the
 * calling thread, which should be virtual, is parked until the result is there.
 */
public final class Await {

    private Await() {}

    /**
     * The item of the Uni.
     *
     * @throws IllegalStateException when called from an event loop, which must never wait
     * @throws RuntimeException the failure of the Uni; a checked one is wrapped in {@link
     *     AwaitFailedException}
     */
    public static <T> T item(Supplier<Uni<T>> work) {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException("an event loop must not wait");
        }
        try {
            Context context = Arc.container().instance(BackgroundLoop.class).get().newContext();
            return Uni.createFrom()
                    .<T>emitter(emitter -> context.runOnContext(_ -> begin(work, emitter)))
                    .await()
                    .indefinitely();
        } catch (CompletionException failure) {
            // Mutiny's way to throw a checked one.
            Throwable cause = failure.getCause();
            throw cause == null || cause instanceof RuntimeException
                    ? failure
                    : new AwaitFailedException(cause);
        }
    }

    private static <T> void begin(Supplier<Uni<T>> work, UniEmitter<? super T> emitter) {
        try {
            work.get().subscribe().with(emitter::complete, emitter::fail);
        } catch (RuntimeException | Error failure) {
            emitter.fail(failure);
        }
    }
}
