package io.auspex.retraining;

import io.auspex.ingest.LiveHold;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** Writes down all news of refits, and waits for some of it. */
@ApplicationScoped
class RefitDiary {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<Refit> entries = new ArrayList<>();

    @Inject LiveHold hold;

    private boolean heldWhileRunning = true;

    void write(@Observes @Priority(RefitHold.LAST + 1) RefitProgressed news) {
        lock.lock();
        try {
            if (news.refit().state() == RefitState.RUNNING) {
                heldWhileRunning &= hold.isHeld();
            }
            entries.add(news.refit());
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<Refit> of(long id) {
        lock.lock();
        try {
            return entries.stream().filter(refit -> refit.id() == id).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Whether live closes were held whenever a refit ran. */
    boolean heldWhileRunning() {
        lock.lock();
        try {
            return heldWhileRunning;
        } finally {
            lock.unlock();
        }
    }

    /** The first entry that matches, now or within the patience. */
    Refit await(Duration patience, Predicate<Refit> condition) throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (true) {
                for (Refit entry : entries) {
                    if (condition.test(entry)) {
                        return entry;
                    }
                }
                if (left <= 0) {
                    throw new AssertionError("not within " + patience + ": " + entries);
                }
                left = more.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    Refit awaitEnd(Duration patience, long id) throws InterruptedException {
        return await(
                patience,
                refit ->
                        refit.id() == id
                                && refit.state() != RefitState.QUEUED
                                && refit.state() != RefitState.RUNNING);
    }
}
