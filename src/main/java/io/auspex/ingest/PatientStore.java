package io.auspex.ingest;

import io.auspex.platform.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Waits for the candle store as long as it takes: a database that is away for a while must not end
 * the feed. Meanwhile the thread stands still and the status says since when and why. With the
 * history that is the feed's own thread; with live closes it is one beside it, and what waits there
 * is bounded.
 */
final class PatientStore {

    static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(15));

    private static final Logger LOG = Logger.getLogger(PatientStore.class);
    private static final String NAME = "candle store";

    private final IngestStatus status;
    private final Backoff backoff;

    PatientStore(IngestStatus status, Backoff backoff) {
        this.status = status;
        this.backoff = backoff;
    }

    /**
     * The result of the work, done again after every failure.
     *
     * @throws IllegalArgumentException of the work: it would be no better later
     */
    <T> T until(Supplier<T> work) throws InterruptedException {
        for (int failures = 1; true; failures++) {
            try {
                T result = work.get();
                status.noLongerWaiting(NAME);
                return result;
            } catch (IllegalArgumentException defect) {
                throw defect;
            } catch (RuntimeException failure) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (failures == 1) {
                    LOG.warnf("the candle store fails, and is tried again: %s", failure);
                }
                status.waiting(NAME, String.valueOf(failure.getMessage()));
                Thread.sleep(backoff.after(failures, ThreadLocalRandom.current()));
            }
        }
    }
}
