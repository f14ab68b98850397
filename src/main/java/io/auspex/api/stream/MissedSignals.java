package io.auspex.api.stream;

import io.auspex.platform.Await;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The ledger for those who resume. Of all subscribers that come back at once only a few read at the
 * same time, so that they do not take every connection of the database from the pipeline. Waits:
 * for virtual threads.
 */
@ApplicationScoped
class MissedSignals {

    /** Where the ledger stands. */
    record Ledger(String epoch, long head) {}

    private final SignalLedger ledger;
    private final int page;
    private final Semaphore readings;

    MissedSignals(SignalLedger ledger, StreamConfig config) {
        this.ledger = ledger;
        this.page = config.recoveryPage();
        this.readings = new Semaphore(config.recoveries(), true);
    }

    Ledger now() {
        return reading(() -> new Ledger(Await.item(ledger::epoch), Await.item(ledger::head)));
    }

    /** How many there are after a number, counted up to a limit. */
    long count(String topic, long seq, int limit) {
        return reading(
                () -> Await.item(() -> ledger.count(StreamTopics.symbol(topic), seq, limit)));
    }

    /** The next page, by increasing sequence. */
    List<Signal> after(String topic, long seq) {
        return reading(() -> Await.item(() -> ledger.after(StreamTopics.symbol(topic), seq, page)));
    }

    private <T> T reading(Supplier<T> read) {
        readings.acquireUninterruptibly();
        try {
            return read.get();
        } finally {
            readings.release();
        }
    }
}
