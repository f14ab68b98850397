package io.auspex.platform;

import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * As soon as the service answers: event loops run at once when something comes, and Java's
 * compilers come after them, the more so when most is compiled.
 */
@ApplicationScoped
class ThreadRoles {

    /** By then most of what requests need is compiled. */
    private static final Duration WARM = Duration.ofMinutes(1);

    private static final Logger LOG = Logger.getLogger(ThreadRoles.class);

    private final Vertx vertx;

    ThreadRoles(Vertx vertx) {
        this.vertx = vertx;
    }

    void assign() {
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
