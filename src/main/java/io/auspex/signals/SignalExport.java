package io.auspex.signals;

import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Reads the ledger from its beginning to its present end, page by page: what it holds in memory
 * does not depend on how long the ledger is, and no cursor is open in the database while a slow
 * reader is served. A few at a time.
 */
@ApplicationScoped
public class SignalExport {

    private static final int PAGE = 1_000;

    private final SignalLedger ledger;
    private final Semaphore places;
    private final int most;

    SignalExport(SignalLedger ledger, SignalsConfig config) {
        this.ledger = ledger;
        this.most = config.exports();
        if (most < 1) {
            throw new IllegalArgumentException("auspex.signals.exports must be at least 1");
        }
        this.places = new Semaphore(most);
    }

    /** Takes one page after the other. */
    @FunctionalInterface
    public interface PageConsumer {
        void accept(List<Signal> page) throws IOException;
    }

    /**
     * Hands over signals by increasing sequence. Blocking.
     *
     * @throws IOException of the consumer
     * @throws Failure NOT_READY {@code exports-busy}
     */
    public void forEachPage(SignalFilter filter, PageConsumer consumer) throws IOException {
        if (!places.tryAcquire()) {
            throw busy();
        }
        try {
            long head = Await.item(ledger::head);
            long after = 0;
            while (after < head) {
                long from = after;
                List<Signal> page = Await.item(() -> ledger.page(filter, from, head, PAGE));
                if (page.isEmpty()) {
                    return;
                }
                consumer.accept(page);
                after = page.getLast().seq();
            }
        } finally {
            places.release();
        }
    }

    /**
     * Says before an answer has begun what {@link #forEachPage} would say.
     *
     * @throws Failure NOT_READY {@code exports-busy}
     */
    public void requirePlace() {
        if (places.availablePermits() == 0) {
            throw busy();
        }
    }

    private Failure busy() {
        return new Failure(
                Failure.Category.NOT_READY,
                "exports-busy",
                most + " exports run already; ask again when one has ended");
    }
}
