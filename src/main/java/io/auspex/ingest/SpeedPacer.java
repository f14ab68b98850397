package io.auspex.ingest;

import io.auspex.market.Timeframe;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps closes one {@link Speed#pause} apart, measured from due time to due time, so that the time
 * the listener takes is not added to the wait. After a delay of more than one pause it starts
 * afresh instead of catching up in a burst.
 */
final class SpeedPacer implements Pacer {

    /** {@link Thread#sleep(Duration)}, or a test's idea of it. */
    @FunctionalInterface
    interface Sleep {
        void sleep(Duration duration) throws InterruptedException;
    }

    private final Speed speed;
    private final LongSupplier nanoClock;
    private final Sleep sleep;
    private boolean started;
    private long lastDueNanos;

    SpeedPacer(Speed speed, LongSupplier nanoClock, Sleep sleep) {
        this.speed = speed;
        this.nanoClock = nanoClock;
        this.sleep = sleep;
    }

    @Override
    public void awaitClose(Timeframe timeframe) throws InterruptedException {
        long pauseNanos = speed.pause(timeframe).toNanos();
        if (pauseNanos == 0) {
            return;
        }
        long now = nanoClock.getAsLong();
        boolean onSchedule = started && now - lastDueNanos <= 2 * pauseNanos;
        long due = (onSchedule ? lastDueNanos : now) + pauseNanos;
        if (due > now) {
            sleep.sleep(Duration.ofNanos(due - now));
        }
        started = true;
        lastDueNanos = due;
    }
}
