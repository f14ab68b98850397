package io.auspex.signals;

import io.auspex.market.Symbol;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes committed signals within the process and remembers the latest of each symbol.
 *
 * <p>Publication and subscription exclude each other, so that a subscriber's snapshot and the
 * signals it hears afterwards fit without a gap and without an overlap. A signal is published at
 * most once: what is not newer than the newest published is dropped, which makes it safe to publish
 * again what the ledger returned for a repeated append.
 */
@ApplicationScoped
public class SignalHub {

    /** Most symbols remembered; the one heard of longest ago is forgotten beyond it. */
    static final int MAX_SYMBOLS = 10_000;

    private static final Logger LOG = Logger.getLogger(SignalHub.class);

    private final Map<Symbol, Signal> latest = new TreeMap<>();
    private final List<Consumer<List<Signal>>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<List<ProvisionalSignal>>> provisional =
            new CopyOnWriteArrayList<>();
    private final List<Consumer<List<PendingSignal>>> storing = new CopyOnWriteArrayList<>();
    private @Nullable GapReader gaps;
    private volatile long seq;

    /** Reads what another process has appended in between. */
    @FunctionalInterface
    interface GapReader {

        /** The signals after a sequence number, oldest first, at most so many. Blocking. */
        List<Signal> read(long after, int limit);
    }

    /**
     * What was published so far.
     *
     * @param seq of the newest signal; 0 when there is none
     * @param latest the newest signal of each symbol, ordered by symbol
     */
    public record Snapshot(long seq, List<Signal> latest) {

        public Snapshot {
            latest = List.copyOf(latest);
        }
    }

    /** Ends a subscription. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Adds a listener. It first receives the snapshot, then every publication after it, on the
     * publisher's thread, in order; it must not block and must not call the hub.
     */
    public synchronized Subscription subscribe(
            Consumer<Snapshot> first, Consumer<List<Signal>> listener) {
        first.accept(snapshot());
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /**
     * Adds a listener for signals that are published while the database is away. Each of them comes
     * again as a committed one, later, to the listeners of {@link #subscribe}. On the publisher's
     * thread, in order; it must not block and must not call the hub.
     */
    public synchronized Subscription subscribeProvisional(
            Consumer<List<ProvisionalSignal>> listener) {
        provisional.add(listener);
        return () -> provisional.remove(listener);
    }

    /**
     * Adds a listener for signals that are being stored: they may come as committed ones next, as
     * provisional ones, or not at all. On an event loop; it must not block, and must tell nobody.
     */
    public Subscription subscribeStoring(Consumer<List<PendingSignal>> listener) {
        storing.add(listener);
        return () -> storing.remove(listener);
    }

    /** Says what is being stored, so that what is known of it can be done meanwhile. */
    void storing(List<PendingSignal> signals) {
        List<PendingSignal> unchanged = List.copyOf(signals);
        storing.forEach(listener -> listener.accept(unchanged));
    }

    /** The newest signal of each symbol. */
    public synchronized Snapshot snapshot() {
        return new Snapshot(seq, List.copyOf(latest.values()));
    }

    /** Takes what the ledger held when the process started; nobody is told. */
    synchronized void restore(long headSeq, List<Signal> latestOfEachSymbol) {
        if (headSeq <= seq) {
            return;
        }
        latestOfEachSymbol.forEach(this::remember);
        seq = headSeq;
    }

    /** What lies between the newest published and the next to be published is read from there. */
    synchronized void readGapsFrom(GapReader reader) {
        gaps = reader;
    }

    /** The sequence number of the newest published signal; never waits. */
    long newest() {
        return seq;
    }

    /**
     * Publishes committed signals in the order of their sequence; returns those that were news.
     * What another process has appended before them comes first; when that cannot be read now,
     * nothing is published here, and it all comes with the next look at the ledger.
     */
    List<Signal> publish(List<Signal> committed) {
        while (true) {
            long newest;
            long missing;
            @Nullable GapReader reader;
            synchronized (this) {
                newest = seq;
                reader = gaps;
                missing = missingBefore(committed);
                if (reader == null || missing == 0) {
                    return publishNews(committed);
                }
            }
            // Not under the lock: an event loop may ask for a snapshot meanwhile.
            if (!fill(reader, newest, (int) Math.min(missing, SignalLedger.MAX_BATCH))) {
                return List.of();
            }
        }
    }

    private synchronized long missingBefore(List<Signal> committed) {
        return committed.stream()
                .mapToLong(Signal::seq)
                .filter(each -> each > seq)
                .findFirst()
                .stream()
                .map(first -> first - 1 - seq)
                .findFirst()
                .orElse(0);
    }

    private boolean fill(GapReader reader, long newest, int missing) {
        try {
            List<Signal> between = reader.read(newest, missing);
            synchronized (this) {
                LedgerTail.closes(between).forEach(this::publishNews);
            }
            return !between.isEmpty();
        } catch (RuntimeException away) {
            LOG.debugf("signals after %d come later: %s", newest, away.getMessage());
            return false;
        }
    }

    private List<Signal> publishNews(List<Signal> committed) {
        List<Signal> news = new ArrayList<>(committed.size());
        for (Signal signal : committed) {
            if (signal.seq() > seq) {
                seq = signal.seq();
                news.add(signal);
            }
        }
        if (!news.isEmpty()) {
            List<Signal> published = List.copyOf(news);
            // They first: nobody sees in between what is remembered.
            try {
                listeners.forEach(listener -> listener.accept(published));
            } finally {
                published.forEach(this::remember);
            }
        }
        return news;
    }

    /** Publishes signals that are in the spool, and not in the ledger yet. */
    synchronized void publishProvisional(List<ProvisionalSignal> spooled) {
        List<ProvisionalSignal> published = List.copyOf(spooled);
        provisional.forEach(listener -> listener.accept(published));
    }

    private void remember(Signal signal) {
        latest.put(signal.symbol(), signal);
        if (latest.size() > MAX_SYMBOLS) {
            latest.values().stream()
                    .min((a, b) -> Long.compare(a.seq(), b.seq()))
                    .ifPresent(oldest -> latest.remove(oldest.symbol()));
        }
    }
}
