package io.auspex.api.stream;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A topic of which only the newest counts, of each key: what is superseded before a subscriber has
 * taken it is never sent. Not thread-safe: {@link StreamTopics} lets publication and subscription
 * exclude each other, which is what makes a snapshot and the updates after it fit.
 */
final class StateTopic {

    /** Most keys remembered for the snapshot; the one heard of longest ago goes first. */
    private static final int MAX_KEYS = 10_000;

    /** What may wait for a connection once. */
    private record Kind(String topic, String key) {}

    private final String name;
    private final String type;
    private final String epoch;
    private final Map<String, byte[]> newest = new LinkedHashMap<>();
    private final Set<Outbox> subscribers = new LinkedHashSet<>();
    private long seq;
    private @Nullable Instant eventAt;

    /**
     * @param type of its updates
     */
    StateTopic(String name, String type, String epoch) {
        this.name = name;
        this.type = type;
        this.epoch = epoch;
    }

    long seq() {
        return seq;
    }

    String epoch() {
        return epoch;
    }

    boolean hasSubscribers() {
        return !subscribers.isEmpty();
    }

    /**
     * Sets what a snapshot says, and tells nobody.
     *
     * @param data JSON
     */
    void restore(long newestSeq, String key, byte[] data, Instant at) {
        seq = Math.max(seq, newestSeq);
        remember(key, data, at);
    }

    /**
     * Tells every subscriber. Those that are gone are forgotten.
     *
     * @param data JSON
     */
    void publish(long newestSeq, String key, byte[] data, Instant at, Instant now) {
        seq = newestSeq;
        remember(key, data, at);
        if (subscribers.isEmpty()) {
            return;
        }
        Frame update = Frame.shared(new Envelope(name, epoch, seq, at, now, type).around(data));
        Kind kind = new Kind(name, key);
        for (Iterator<Outbox> each = subscribers.iterator(); each.hasNext(); ) {
            if (!each.next().conflate(kind, update)) {
                each.remove();
            }
        }
    }

    /** The snapshot, and from now on the updates. */
    boolean snapshot(Outbox subscriber, Instant now) {
        Envelope envelope = new Envelope(name, epoch, seq, eventAt, now, "snapshot");
        return subscriber.offer(Frame.of(envelope.around(StreamTopics.array(newest.values()))));
    }

    void add(Outbox subscriber) {
        if (!subscriber.isClosed()) {
            subscribers.add(subscriber);
        }
    }

    void remove(Outbox subscriber) {
        subscribers.remove(subscriber);
    }

    private void remember(String key, byte[] data, Instant at) {
        eventAt = at;
        newest.remove(key);
        newest.put(key, data);
        if (newest.size() > MAX_KEYS) {
            newest.remove(newest.keySet().iterator().next());
        }
    }
}
