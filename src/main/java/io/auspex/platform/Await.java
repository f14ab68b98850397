package io.auspex.platform;

import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/**
 * The only place that waits for an asynchronous result. The work is subscribed to on a fresh
 * duplicated Vert.x context, as Hibernate Reactive wants it; the calling thread, which should be
 * virtual, is parked until the result is there.
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
        try {
            return VertxContextSupport.subscribeAndAwait(work);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new AwaitFailedException(failure);
        }
    }
}
