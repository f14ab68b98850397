package io.auspex.retraining;

import io.auspex.ingest.LiveHold;
import io.auspex.ingest.Speed;
import io.auspex.platform.Await;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds live closes while a refit is carried out, at {@code --speed=max} only: a market that passes
 * faster than a model can be trained would be over before the decision, and one that waits for each
 * behaves as in real time. Every refit that runs here holds them, and so does one that somebody
 * waits {@link #until}; that another process may have, so the queue is asked every second too.
 * Thread-safe; nothing here blocks its caller.
 */
@ApplicationScoped
public class RefitHold {

    /** Whoever decides about refits has heard of the end before live closes go on. */
    static final int LAST = Interceptor.Priority.LIBRARY_AFTER;

    private static final Logger LOG = Logger.getLogger(RefitHold.class);
    private static final long LOOK_SECONDS = 1;

    private final RefitQueue queue;
    private final LiveHold hold;
    private final boolean holding;
    private final Set<Long> awaited = ConcurrentHashMap.newKeySet();
    private final Semaphore stop = new Semaphore(0);
    private final ReentrantLock starting = new ReentrantLock();
    private @Nullable Thread watch;

    @Inject
    RefitHold(
            RefitQueue queue,
            LiveHold hold,
            @ConfigProperty(name = "auspex.speed", defaultValue = "300") String speed) {
        this.queue = queue;
        this.hold = hold;
        this.holding = Speed.parse(speed) instanceof Speed.Max;
    }

    /** Whether live closes wait for refits at all. */
    public boolean isHolding() {
        return holding;
    }

    /** Live closes wait until that refit has come to its end, whichever it is. */
    public void until(long refit) {
        if (!holding) {
            return;
        }
        awaited.add(refit);
        hold.hold(holder(refit));
        watch();
    }

    void progressed(@Observes @Priority(LAST) RefitProgressed news) {
        switch (news.refit().state()) {
            case SUCCEEDED, FAILED, CANCELLED -> release(news.refit().id());
            case RUNNING -> until(news.refit().id());
            case QUEUED -> {
                // Whose candles are elsewhere is carried out elsewhere.
            }
        }
    }

    void stop(@Observes ShutdownEvent stopped) {
        stop.release();
    }

    private void watch() {
        starting.lock();
        try {
            if (watch == null || !watch.isAlive()) {
                watch = Thread.ofVirtual().name("refit-hold").start(this::lookUntilNoneIsAwaited);
            }
        } finally {
            starting.unlock();
        }
    }

    /** The first look is at once: the end may have been told before anyone waited for it. */
    private void lookUntilNoneIsAwaited() {
        try {
            do {
                awaited.forEach(this::releaseIfOver);
            } while (isAwaited() && !stop.tryAcquire(LOOK_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** When nothing is awaited the thread ends; a new one begins with whatever comes later. */
    private boolean isAwaited() {
        starting.lock();
        try {
            if (awaited.isEmpty()) {
                watch = null;
                return false;
            }
            return true;
        } finally {
            starting.unlock();
        }
    }

    private void releaseIfOver(long refit) {
        try {
            Await.item(() -> queue.refit(refit))
                    .ifPresentOrElse(
                            found -> {
                                switch (found.state()) {
                                    case SUCCEEDED, FAILED, CANCELLED -> release(refit);
                                    case QUEUED, RUNNING -> {
                                        // Not yet.
                                    }
                                }
                            },
                            () -> release(refit));
        } catch (RuntimeException unreachable) {
            LOG.debugf("refit %d cannot be looked at: %s", refit, unreachable.getMessage());
        }
    }

    private void release(long refit) {
        if (awaited.remove(refit)) {
            hold.release(holder(refit));
        }
    }

    private static String holder(long refit) {
        return "refit " + refit;
    }
}
