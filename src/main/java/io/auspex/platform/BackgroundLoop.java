package io.auspex.platform;

import io.netty.channel.EventLoopGroup;
import io.quarkus.arc.Unremovable;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.spi.VertxThreadFactory;
import io.vertx.core.spi.transport.Transport;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * An event loop besides those that answer requests, for the database work that nobody's request
 * waits for: swaps, refits, closes, upkeep. Its code runs seldom enough to be interpreted, tens of
 * milliseconds a swap, and on a loop of requests all of them would wait for that (docs/decisions/
 * 0017). Connections to the database are opened on the loop that asks for them and stay there, so
 * that what comes back is decoded here too.
 */
@Singleton
@Unremovable // looked up by Await, which is no bean
class BackgroundLoop {

    private static final String NAME = "auspex-background-loop";

    /** As Vert.x has it: half of the time for tasks. */
    private static final int IO_RATIO = 50;

    /** Longer in one go is too long, as on every event loop of Vert.x. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ContextInternal root;

    BackgroundLoop(Vertx vertx) {
        VertxInternal internal = (VertxInternal) vertx;
        EventLoopGroup group =
                internal.transport()
                        .eventLoopGroup(
                                Transport.IO_EVENT_LOOP_GROUP, 1, BackgroundLoop::thread, IO_RATIO);
        this.root =
                internal.createEventLoopContext(
                        group.next(),
                        internal.getWorkerPool(),
                        Thread.currentThread().getContextClassLoader());
        // With Vert.x and not with the beans: some of them wait for the database when they end.
        internal.addCloseHook(completion -> {
            var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            completion.complete();
        });
    }

    /** A fresh duplicated context, as Hibernate Reactive wants it for each unit of work. */
    Context newContext() {
        Context context =
                Objects.requireNonNull(
                        VertxContext.createNewDuplicatedContext(root), "of a context");
        VertxContextSafetyToggle.setContextSafe(context, true);
        return context;
    }

    private static Thread thread(Runnable loop) {
        return VertxThreadFactory.INSTANCE.newVertxThread(
                () -> {
                    boolean _ = BackgroundThreads.enter(BackgroundThreads.NICENESS);
                    loop.run();
                },
                NAME,
                false,
                MAX_NANOS,
                TimeUnit.NANOSECONDS);
    }
}
