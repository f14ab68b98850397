package io.auspex.trades;

import io.auspex.feedback.ClosedTradesSource;
import io.auspex.platform.Await;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * How many trades were stored when, in memory: restored at the start, counted on by this process.
 * Beyond {@value #MAX_REMEMBERED} the oldest are forgotten. Trades that other processes store count
 * from this one's next start.
 */
@ApplicationScoped
class CountedTrades implements ClosedTradesSource {

    static final int MAX_REMEMBERED = 10_000;

    /** Before a feed can ask for refits. */
    private static final int START_PRIORITY = 200;

    private static final Logger LOG = Logger.getLogger(CountedTrades.class);

    private final TradeStore store;
    private final TreeMap<Instant, Integer> counts = new TreeMap<>();
    private int remembered;

    CountedTrades(TradeStore store) {
        this.store = store;
    }

    void restore(@Observes @Priority(START_PRIORITY) StartupEvent started) {
        try {
            List<Instant> stored = Await.item(() -> store.storedAt(MAX_REMEMBERED));
            restore(stored);
        } catch (RuntimeException failure) {
            LOG.errorf("closed trades could not be counted: %s", failure.getMessage());
        }
    }

    @Override
    public synchronized long storedSince(Instant moment) {
        return counts.tailMap(moment, false).values().stream().mapToLong(count -> count).sum();
    }

    synchronized void add(Collection<Instant> stored) {
        for (Instant at : stored) {
            counts.merge(at, 1, Integer::sum);
            remembered++;
        }
        while (remembered > MAX_REMEMBERED) {
            remembered -= counts.pollFirstEntry().getValue();
        }
    }

    private synchronized void restore(List<Instant> stored) {
        counts.clear();
        remembered = 0;
        add(stored);
    }
}
