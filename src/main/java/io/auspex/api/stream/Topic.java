package io.auspex.api.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One topic: what is newest on it, and who wants to hear. Not thread-safe: its owner lets
 * publication and subscription of a topic exclude each other, which is what makes a snapshot and
 * the updates after it fit.
 */
final class Topic {

    /** Most keys remembered for the snapshot; the one heard of longest ago goes first. */
    private static final int MAX_KEYS = 10_000;

    private final String name;
    private final boolean many;
    private final Map<String, String> newest = new LinkedHashMap<>();
    private final Set<Outbox> subscribers = new LinkedHashSet<>();
    private long seq;
    private @Nullable String snapshot;

    /**
     * @param many whether the snapshot is an array, with the newest of each key, or the newest
     *     alone
     */
    Topic(String name, boolean many) {
        this.name = name;
        this.many = many;
    }

    long seq() {
        return seq;
    }

    /** Nobody listens and there is nothing to tell. */
    boolean isEmpty() {
        return subscribers.isEmpty() && newest.isEmpty();
    }

    /** Sets what a snapshot says, and tells nobody. */
    void restore(long newestSeq, String key, String data) {
        seq = Math.max(seq, newestSeq);
        remember(key, data);
    }

    /**
     * Tells every subscriber. Those that are gone, or cannot keep up, are forgotten.
     *
     * @param data JSON
     */
    void publish(long newestSeq, String type, String key, String data) {
        seq = newestSeq;
        remember(key, data);
        if (subscribers.isEmpty()) {
            return;
        }
        String update = StreamMessages.update(name, seq, type, data);
        for (Iterator<Outbox> each = subscribers.iterator(); each.hasNext(); ) {
            if (!each.next().offer(update)) {
                each.remove();
            }
        }
    }

    /** Acknowledges, gives the snapshot, and from now on the updates. */
    void subscribe(Outbox subscriber, JsonNode id) {
        if (subscriber.offer(StreamMessages.subscribed(id, name, seq))
                && subscriber.offer(snapshot())) {
            subscribers.add(subscriber);
        }
    }

    boolean unsubscribe(Outbox subscriber) {
        return subscribers.remove(subscriber);
    }

    private void remember(String key, String data) {
        snapshot = null;
        newest.remove(key);
        newest.put(key, data);
        if (newest.size() > (many ? MAX_KEYS : 1)) {
            newest.remove(newest.keySet().iterator().next());
        }
    }

    private String snapshot() {
        String text = snapshot;
        if (text == null) {
            String data =
                    many
                            ? "[" + String.join(",", newest.values()) + "]"
                            : newest.values().stream().findFirst().orElse("null");
            text = StreamMessages.update(name, seq, "snapshot", data);
            snapshot = text;
        }
        return text;
    }
}
