package io.auspex.api.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Symbol;
import io.auspex.signals.Signal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * All topics of this process. Everything that is published is encoded once, whatever the number of
 * its subscribers.
 *
 * <p>Thread-safe: each topic is touched only within {@code compute} of its name, so that what
 * happens to one topic happens one after the other.
 */
@ApplicationScoped
class StreamTopics {

    static final String ALL_SIGNALS = "signals:*";
    static final String REFITS = "refits";
    static final String MODELS = "models";
    static final String RETRAINING = "retraining";

    private static final String SIGNALS = "signals:";

    /** Bound on names that clients can make the server remember. */
    private static final int MAX_TOPICS = 20_000;

    private final ConcurrentMap<String, Topic> topics = new ConcurrentHashMap<>();

    /** Takes what was published before this process started. */
    void restore(List<Signal> latest) {
        latest.forEach(signal -> {
            String data = StreamMessages.json(signal);
            String key = signal.symbol().name();
            change(SIGNALS + key, topic -> topic.restore(signal.seq(), key, data));
            change(ALL_SIGNALS, topic -> topic.restore(signal.seq(), key, data));
        });
    }

    void publish(List<Signal> signals) {
        signals.forEach(signal -> {
            String data = StreamMessages.json(signal);
            String key = signal.symbol().name();
            change(SIGNALS + key, topic -> topic.publish(signal.seq(), "signal", key, data));
            change(ALL_SIGNALS, topic -> topic.publish(signal.seq(), "signal", key, data));
        });
    }

    /** News without a sequence of its own: counted per topic since the start of the process. */
    void publish(String name, String type, String key, Object news) {
        String data = StreamMessages.json(news);
        change(name, topic -> topic.publish(topic.seq() + 1, type, key, data));
    }

    void restore(String name, String key, Object newest) {
        String data = StreamMessages.json(newest);
        change(name, topic -> topic.restore(0, key, data));
    }

    /**
     * Subscribes, with the acknowledgement and the snapshot.
     *
     * @return why not; empty when it is done
     */
    Optional<String> subscribe(String name, Outbox subscriber, JsonNode id) {
        Optional<String> refusal = refusal(name);
        if (refusal.isEmpty()) {
            change(name, topic -> topic.subscribe(subscriber, id));
        }
        return refusal;
    }

    void unsubscribe(String name, Outbox subscriber) {
        topics.computeIfPresent(
                name,
                (_, topic) -> {
                    topic.unsubscribe(subscriber);
                    return topic.isEmpty() ? null : topic;
                });
    }

    /** What can be subscribed to, as far as it is known by now. */
    List<String> available() {
        Set<String> names = new TreeSet<>(topics.keySet());
        names.addAll(List.of(ALL_SIGNALS, MODELS, REFITS, RETRAINING));
        return List.copyOf(names);
    }

    private Optional<String> refusal(String name) {
        if (topics.containsKey(name)) {
            return Optional.empty();
        }
        if (!name.equals(ALL_SIGNALS)
                && !name.equals(REFITS)
                && !name.equals(MODELS)
                && !name.equals(RETRAINING)
                && !isSymbolTopic(name)) {
            return Optional.of(
                    "unknown topic; use signals:<SYMBOL>, signals:*, refits, models or retraining");
        }
        return topics.size() < MAX_TOPICS
                ? Optional.empty()
                : Optional.of("too many topics on this server");
    }

    private static boolean isSymbolTopic(String name) {
        if (!name.startsWith(SIGNALS)) {
            return false;
        }
        try {
            return !new Symbol(name.substring(SIGNALS.length())).name().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void change(String name, Consumer<Topic> change) {
        topics.compute(
                name,
                (_, known) -> {
                    Topic topic = known == null ? new Topic(name, isMany(name)) : known;
                    change.accept(topic);
                    return topic.isEmpty() ? null : topic;
                });
    }

    private static boolean isMany(String name) {
        return name.equals(ALL_SIGNALS) || !name.startsWith(SIGNALS);
    }
}
