package io.auspex.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds the live part of the feed until somebody is ready for it: with {@code --speed=max} a replay
 * would be over before the first model has been trained. Hold it in a startup observer of a higher
 * priority (a lower number) than {@link FeedRunner#START_PRIORITY}, or while {@link HistoryLoaded}
 * is observed. Holding and releasing twice is the same as once. Thread-safe.
 */
@ApplicationScoped
public class LiveHold {

    private final Lock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private boolean held;

    /** The next live close waits. */
    public void hold() {
        lock.lock();
        try {
            held = true;
        } finally {
            lock.unlock();
        }
    }

    /** Live closes go on. */
    public void release() {
        lock.lock();
        try {
            held = false;
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether live closes wait. */
    public boolean isHeld() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    void awaitRelease() throws InterruptedException {
        lock.lock();
        try {
            while (held) {
                released.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
