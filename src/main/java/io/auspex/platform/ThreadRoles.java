package io.auspex.platform;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * As soon as the service answers: event loops run at once when something comes, on processors of
 * their own where they are to have some (see {@link EventLoopProcessors}), and so does whoever lets
 * every thread wait; carriers of virtual threads come after them, and so do Java's compilers, the
 * more so when most is compiled.
 */
@ApplicationScoped
class ThreadRoles {

    private static final Logger LOG = Logger.getLogger(ThreadRoles.class);

    /** A tenth of a processor that is wanted by one other thread: people wait for some of it. */
    private static final int CARRIERS_NICENESS = 10;

    private final Vertx vertx;
    private final CompilerWeight compilers = new CompilerWeight();
    private Optional<EventLoopProcessors> processors = Optional.empty();
    private boolean warm;

    ThreadRoles(Vertx vertx) {
        this.vertx = vertx;
    }

    void assign() {
        processors = EventLoopProcessors.reserved();
        processors.ifPresent(divided -> LOG.infof("processors: %s", divided));
        int loops = 0;
        for (EventExecutor loop : vertx.nettyEventLoopGroup()) {
            int number = loops++;
            // Each of them says so itself: a thread that has not run yet has no number.
            loop.execute(() -> beginLoop(number));
        }
        int _ = JavaThreads.COLLECTORS.goFirst();
        int _ = JavaThreads.AFTERWARDS.giveWay(BackgroundThreads.NICENESS);
        int _ = JavaThreads.CARRIERS.giveWay(CARRIERS_NICENESS);
        int given = JavaThreads.COMPILERS.giveWay(CompilerWeight.AT_START);
        LOG.debugf("%d compiler threads come after requests", given);
        long _ =
                vertx.setTimer(
                        CompilerWeight.START.toMillis(),
                        _ ->
                                aside(() -> {
                                    int _ = JavaThreads.COMPILERS.giveWay(CompilerWeight.LATER);
                                }));
        long _ =
                vertx.setPeriodic(
                        CompilerWeight.START.toMillis(),
                        CompilerWeight.LOOK.toMillis(),
                        _ -> aside(this::look));
    }

    private void beginLoop(int number) {
        if (!PromptThreads.enter()) {
            LOG.debug("this kernel sets no slices: requests may wait for them");
        }
        processors.ifPresent(divided -> {
            if (!divided.enter(number)) {
                LOG.warnf(
                        "event loop %d cannot have a processor of its own any more: is it still this process'? Requests may wait for other threads",
                        number);
            }
        });
    }

    /** What is started since, and what has become warm. */
    private synchronized void look() {
        processors.ifPresent(EventLoopProcessors::keepOthersAway);
        int _ = JavaThreads.CARRIERS.giveWay(CARRIERS_NICENESS);
        if (!warm && compilers.isWarm(JavaThreads.COMPILERS.ranNanos())) {
            int _ = JavaThreads.COMPILERS.giveWay(CompilerWeight.WARM);
            warm = true;
            LOG.debug("Java's compilers need next to nothing any more, and have no more than that");
        }
    }

    private static void aside(Runnable work) {
        Thread.ofVirtual().name("thread-roles").start(work);
    }
}
