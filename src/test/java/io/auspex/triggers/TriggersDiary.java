package io.auspex.triggers;

import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitProgressed;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** Writes down refits and decisions, after everybody else has heard of them. */
@ApplicationScoped
class TriggersDiary {

    private static final int LAST = 100_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<Refit> refits = new ArrayList<>();
    private final List<RetrainingDecision> decisions = new ArrayList<>();

    void refit(@Observes @Priority(LAST) RefitProgressed news) {
        add(refits, news.refit());
    }

    void decision(@Observes @Priority(LAST) RetrainingDecision news) {
        add(decisions, news);
    }

    RetrainingDecision decision(Predicate<RetrainingDecision> condition) throws Exception {
        return await(decisions, condition);
    }

    Refit end(long id) throws Exception {
        return await(
                refits,
                refit ->
                        refit.id() == id
                                && switch (refit.state()) {
                                    case SUCCEEDED, FAILED, CANCELLED -> true;
                                    case QUEUED, RUNNING -> false;
                                });
    }

    Refit first(String model) throws Exception {
        return await(refits, refit -> refit.model().equals(model));
    }

    private <T> void add(List<T> entries, T entry) {
        lock.lock();
        try {
            entries.add(entry);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private <T> T await(List<T> entries, Predicate<T> condition) throws InterruptedException {
        long left = PATIENCE.toNanos();
        lock.lock();
        try {
            while (true) {
                for (T entry : entries) {
                    if (condition.test(entry)) {
                        return entry;
                    }
                }
                if (left <= 0) {
                    throw new AssertionError("not within " + PATIENCE + ": " + entries);
                }
                left = more.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
