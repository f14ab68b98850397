package io.auspex.api.stream;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The topics of signals: who wants to hear of which symbol, what is newest of each, and the recent
 * ones, out of which a subscriber that was away gets what it has missed. Not thread-safe: {@link
 * StreamTopics} lets publication and subscription exclude each other, which is what makes a
 * snapshot, or what is made up for, and the updates after it fit.
 *
 * <p>Every subscription remembers the number up to which its subscriber has been told, and is told
 * nothing twice: one that comes from another pod may know what is not published here yet.
 */
final class SignalTopics {

    /** Most symbols whose newest signal is remembered. */
    private static final int MAX_SYMBOLS = 10_000;

    /** Subscribers for whom one copy outside of the heap is less work than one for each. */
    private static final int MANY = 4;

    /** How long a snapshot of all symbols is given to others who subscribe. */
    private static final Duration SNAPSHOT_AGE = Duration.ofSeconds(1);

    /**
     * What a subscriber has missed.
     *
     * @param upTo the number up to which that is everything
     * @param isAll whether there is no more of it by now
     */
    record Missed(List<Frame> frames, int messages, long bytes, long upTo, boolean isAll) {

        Missed {
            frames = List.copyOf(frames);
        }
    }

    private record Snapshot(Frame frame, Instant sentAt) {}

    private final int maxRecent;
    private final SequencedMap<String, EncodedSignal> newest = new LinkedHashMap<>();
    private final Map<String, Map<Outbox, Long>> subscribers = new HashMap<>();
    private final Deque<Publication> recent = new ArrayDeque<>();
    private int recentSignals;
    private String epoch = "";
    private long head;
    private @Nullable Snapshot ofAll;

    /**
     * @param maxRecent signals that are kept for those who resume
     */
    SignalTopics(int maxRecent) {
        this.maxRecent = maxRecent;
    }

    /** The number of the newest published signal; 0 when there is none. */
    long head() {
        return head;
    }

    String epoch() {
        return epoch;
    }

    /** Takes what the ledger held when the process started; nobody is told. */
    void restore(String ledgerEpoch, long ledgerHead, List<EncodedSignal> latest) {
        epoch = ledgerEpoch;
        head = Math.max(head, ledgerHead);
        latest.forEach(this::remember);
    }

    /** Tells everybody who wants to hear. Those that are gone, or cannot keep up, are forgotten. */
    void publish(Publication news) {
        epoch = news.signals().getLast().signal().epoch();
        head = Math.max(head, news.last());
        recent.add(news);
        recentSignals += news.signals().size();
        while (recentSignals > maxRecent) {
            recentSignals -= recent.remove().signals().size();
        }
        wanted(news).forEach(topic -> tell(topic, news));
        // They first: nobody sees in between what is remembered.
        news.signals().forEach(this::remember);
    }

    /** The topics of a publication that somebody is subscribed to. */
    List<String> wanted(Publication news) {
        if (subscribers.isEmpty()) {
            return List.of();
        }
        List<String> wanted = new ArrayList<>();
        if (subscribers.containsKey(StreamTopics.ALL_SIGNALS)) {
            wanted.add(StreamTopics.ALL_SIGNALS);
        }
        if (subscribers.size() > wanted.size()) {
            for (String symbol : news.symbols()) {
                String topic = StreamTopics.SIGNALS + symbol;
                if (subscribers.containsKey(topic)) {
                    wanted.add(topic);
                }
            }
        }
        return wanted;
    }

    /** Tells those who listen now, and remembers nothing. */
    void tellAll(String topic, Envelope envelope, byte[] data) {
        Map<Outbox, Long> all = subscribers.get(topic);
        if (all != null) {
            Frame frame = Frame.shared(envelope.around(data));
            all.keySet().removeIf(subscriber -> !subscriber.offer(frame));
        }
    }

    /** Whether everything after a number is in memory. */
    boolean remembers(long seq) {
        return seq >= (recent.isEmpty() ? head : recent.getFirst().first() - 1);
    }

    /**
     * What came after a number that is {@linkplain #remembers remembered}.
     *
     * @param maxBytes it ends with the run of messages that goes beyond
     */
    Missed missed(String topic, long since, long maxBytes) {
        List<Frame> frames = new ArrayList<>();
        int messages = 0;
        long bytes = 0;
        for (Publication each : recent) {
            SignalBatch batch = each.last() > since ? each.on(topic) : null;
            Optional<Frame> frame = batch == null ? Optional.empty() : batch.after(since);
            if (frame.isPresent()) {
                frames.add(frame.get());
                messages += frame.get().messages();
                bytes += frame.get().size();
                if (bytes > maxBytes && each.last() < head) {
                    return new Missed(frames, messages, bytes, each.last(), false);
                }
            }
        }
        return new Missed(frames, messages, bytes, Math.max(head, since), true);
    }

    /** The newest signal, or those of all symbols. */
    Frame snapshot(String topic, Instant now) {
        if (!topic.equals(StreamTopics.ALL_SIGNALS)) {
            EncodedSignal signal = newest.get(topic.substring(StreamTopics.SIGNALS.length()));
            Instant at = signal == null ? null : signal.signal().closeTime();
            Envelope envelope = new Envelope(topic, epoch, seq(topic), at, now, "snapshot");
            return Frame.of(envelope.around(signal == null ? StreamTopics.NULL : signal.data()));
        }
        Snapshot cached = ofAll;
        if (cached == null || cached.sentAt().plus(SNAPSHOT_AGE).isBefore(now)) {
            EncodedSignal last = newest.isEmpty() ? null : newest.lastEntry().getValue();
            Instant at = last == null ? null : last.signal().closeTime();
            Envelope envelope = new Envelope(topic, epoch, head, at, now, "snapshot");
            List<byte[]> all = newest.values().stream().map(EncodedSignal::data).toList();
            cached = new Snapshot(Frame.shared(envelope.around(StreamTopics.array(all))), now);
            ofAll = cached;
        }
        return cached.frame();
    }

    /** The number that a snapshot has. */
    long seq(String topic) {
        if (topic.equals(StreamTopics.ALL_SIGNALS)) {
            return head;
        }
        EncodedSignal signal = newest.get(topic.substring(StreamTopics.SIGNALS.length()));
        return signal == null ? 0 : signal.seq();
    }

    /**
     * Tells a subscriber from now on.
     *
     * @param told what it has been told already: nothing up to there comes
     */
    void add(String topic, Outbox subscriber, long told) {
        if (!subscriber.isClosed()) {
            subscribers.computeIfAbsent(topic, _ -> new LinkedHashMap<>()).put(subscriber, told);
        }
    }

    void remove(String topic, Outbox subscriber) {
        subscribers.computeIfPresent(
                topic,
                (_, all) -> {
                    all.remove(subscriber);
                    return all.isEmpty() ? null : all;
                });
    }

    /** Topics that somebody is subscribed to. */
    Set<String> subscribed() {
        return subscribers.keySet();
    }

    /** Symbols that there are signals of. */
    Set<String> symbols() {
        return newest.keySet();
    }

    private void tell(String topic, Publication news) {
        Map<Outbox, Long> all = subscribers.get(topic);
        SignalBatch kept = all == null ? null : news.on(topic);
        if (all == null || kept == null) {
            return;
        }
        SignalBatch batch = all.size() < MANY ? kept : kept.direct();
        for (Iterator<Map.Entry<Outbox, Long>> each = all.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Outbox, Long> subscription = each.next();
            Optional<Frame> frame = batch.after(subscription.getValue());
            if (frame.isPresent() && !subscription.getKey().offer(frame.get())) {
                each.remove();
            }
        }
        if (all.isEmpty()) {
            subscribers.remove(topic);
        }
    }

    private void remember(EncodedSignal signal) {
        ofAll = null;
        newest.remove(signal.symbol());
        newest.put(signal.symbol(), signal);
        if (newest.size() > MAX_SYMBOLS) {
            newest.remove(newest.keySet().iterator().next());
        }
    }
}
