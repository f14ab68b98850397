package io.auspex.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds the live part of the feed until somebody is ready for it: with {@code --speed=max} a replay
 * would be over before the first model has been trained. Hold it in a startup observer of a higher
 * priority (a lower number) than {@link FeedRunner#START_PRIORITY}, or while {@link HistoryLoaded}
 * is observed. Holding and releasing twice is the same as once. Several may hold it, each under a
 * name of its own: live closes go on when the last has released it. Thread-safe.
 */
@ApplicationScoped
public class LiveHold {

    private final Lock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private final Set<String> holders = new HashSet<>();

    /** The next live close waits. */
    public void hold() {
        hold("");
    }

    /** The next live close waits, for this holder among others. */
    public void hold(String holder) {
        lock.lock();
        try {
            holders.add(holder);
        } finally {
            lock.unlock();
        }
    }

    /** Live closes go on, unless somebody else holds them under a name. */
    public void release() {
        release("");
    }

    /** This holder is ready; live closes go on when no other holds them. */
    public void release(String holder) {
        lock.lock();
        try {
            if (holders.remove(holder) && holders.isEmpty()) {
                released.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether live closes wait. */
    public boolean isHeld() {
        lock.lock();
        try {
            return !holders.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    void awaitRelease() throws InterruptedException {
        lock.lock();
        try {
            while (!holders.isEmpty()) {
                released.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
