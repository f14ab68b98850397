package io.auspex.platform;

import io.quarkus.arc.Arc;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import java.util.concurrent.CompletableFuture;
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
        Context context = newContext();
        return wait(
                Uni.createFrom()
                        .emitter(emitter -> context.runOnContext(_ -> begin(work, emitter))));
    }

    /** Work that has begun. */
    @FunctionalInterface
    public interface Begun<T> {

        /** Waits for its item; it fails as {@link Await#item} does. */
        T item();
    }

    /**
     * Begins the same, and returns when its first statement is on its way to the database: what is
     * done between this and the wait for the item costs it no time.
     *
     * @throws IllegalStateException when called from an event loop, which must never wait
     */
    public static <T> Begun<T> begun(Supplier<Uni<T>> work) {
        Context context = newContext();
        CompletableFuture<Boolean> sent = new CompletableFuture<>();
        Uni<T> result =
                Uni.createFrom()
                        .<T>emitter(emitter ->
                                context.runOnContext(_ -> {
                                    begin(work, emitter);
                                    // Behind what the statement has put there.
                                    context.runOnContext(_ -> sent.complete(true));
                                }))
                        .memoize()
                        .indefinitely();
        var _ = result.subscribe().asCompletionStage();
        boolean _ = sent.join();
        return () -> wait(result);
    }

    private static Context newContext() {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException("an event loop must not wait");
        }
        return Arc.container().instance(BackgroundLoop.class).get().newContext();
    }

    private static <T> T wait(Uni<T> work) {
        try {
            return work.await().indefinitely();
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
