package io.auspex.platform;

import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Before the first request: event loops run at once when something comes, and Java's compilers come
 * after them, the more so when most is compiled.
 */
@ApplicationScoped
class ThreadRoles {

    /** By then most of what requests need is compiled. */
    private static final Duration WARM = Duration.ofMinutes(1);

    private static final Logger LOG = Logger.getLogger(ThreadRoles.class);

    void assign(
            @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent start,
            Vertx vertx) {
        // Each of them says so itself: a thread that has not run yet has no number.
        vertx.nettyEventLoopGroup()
                .forEach(loop ->
                        loop.execute(() -> {
                            if (!PromptThreads.enter()) {
                                LOG.debug("this kernel sets no slices: requests may wait for them");
                            }
                        }));
        int compilers = CompilerThreads.giveWay(CompilerThreads.AT_START);
        LOG.debugf("%d compiler threads come after requests", compilers);
        vertx.setTimer(
                WARM.toMillis(),
                _ ->
                        Thread.ofVirtual()
                                .name("auspex-compilers")
                                .start(() -> CompilerThreads.giveWay(CompilerThreads.LATER)));
    }
}
