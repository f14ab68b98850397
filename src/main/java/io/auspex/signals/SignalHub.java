package io.auspex.signals;

import io.auspex.market.Symbol;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

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

    private final Map<Symbol, Signal> latest = new TreeMap<>();
    private final List<Consumer<List<Signal>>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<List<ProvisionalSignal>>> provisional =
            new CopyOnWriteArrayList<>();
    private long seq;

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

    /** Publishes committed signals in the order of their sequence; returns those that were news. */
    synchronized List<Signal> publish(List<Signal> committed) {
        List<Signal> news = new ArrayList<>(committed.size());
        for (Signal signal : committed) {
            if (signal.seq() > seq) {
                seq = signal.seq();
                remember(signal);
                news.add(signal);
            }
        }
        if (!news.isEmpty()) {
            List<Signal> published = List.copyOf(news);
            listeners.forEach(listener -> listener.accept(published));
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
