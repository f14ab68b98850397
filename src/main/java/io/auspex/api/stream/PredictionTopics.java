package io.auspex.api.stream;

import io.auspex.signals.Signal;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The topics {@code predictions:<SYMBOL>}: what the models said last of each symbol, without what
 * was decided. A topic is made when somebody subscribes to it, and ends with its last subscriber.
 * Not thread-safe: under the lock of {@link StreamTopics}.
 */
final class PredictionTopics {

    private final int max;
    private final InstantSource clock;
    private final Map<String, StateTopic> topics = new HashMap<>();

    /** Of each symbol the newest signal with a prediction, by model. */
    private final Map<String, Map<String, Signal>> predicted = new LinkedHashMap<>();

    /**
     * @param max topics, and symbols that are remembered: clients name the topics
     */
    PredictionTopics(int max, InstantSource clock) {
        this.max = max;
        this.clock = clock;
    }

    /** The topic of that name, made when it is missing; empty for another name, or too many. */
    Optional<StateTopic> topic(String name, String epoch) {
        StateTopic known = topics.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        if (!StreamTopics.isOfSymbol(StreamTopics.PREDICTIONS, name) || topics.size() >= max) {
            return Optional.empty();
        }
        StateTopic topic = new StateTopic(name, "prediction", epoch);
        predicted
                .getOrDefault(name.substring(StreamTopics.PREDICTIONS.length()), Map.of())
                .forEach((model, signal) ->
                        topic.restore(signal.seq(), model, prediction(signal), signal.closeTime()));
        topics.put(name, topic);
        return Optional.of(topic);
    }

    /** A subscriber leaves a topic, if there is one of that name. */
    void remove(String name, Outbox subscriber) {
        StateTopic topic = topics.get(name);
        if (topic != null) {
            topic.remove(subscriber);
            if (!topic.hasSubscribers()) {
                topics.remove(name);
            }
        }
    }

    /** Of which there are predictions. */
    Set<String> symbols() {
        return predicted.keySet();
    }

    /** Remembers what a signal predicts, and tells whoever has subscribed to its symbol. */
    void publish(Signal signal) {
        if (!restore(signal)) {
            return;
        }
        StateTopic topic = topics.get(StreamTopics.PREDICTIONS + signal.symbol().name());
        if (topic != null) {
            topic.publish(
                    signal.seq(),
                    signal.model(),
                    prediction(signal),
                    signal.closeTime(),
                    clock.instant());
        }
    }

    /**
     * Remembers what a signal predicts, and tells nobody.
     *
     * @return whether it holds a prediction
     */
    boolean restore(Signal signal) {
        if (signal.heads().isEmpty()) {
            return false;
        }
        predicted
                .computeIfAbsent(signal.symbol().name(), _ -> new LinkedHashMap<>())
                .put(signal.model(), signal);
        if (predicted.size() > max) {
            predicted.remove(predicted.keySet().iterator().next());
        }
        return true;
    }

    /** What the model said, without what was decided. */
    private static byte[] prediction(Signal signal) {
        Map<String, @Nullable Object> prediction = new LinkedHashMap<>();
        prediction.put("model", signal.model());
        prediction.put("version", signal.version());
        prediction.put("schema_hash", signal.schemaHash());
        prediction.put("symbol", signal.symbol());
        prediction.put("timeframe", signal.timeframe());
        prediction.put("close_time", signal.closeTime());
        prediction.put("close_price", signal.closePrice());
        prediction.put("heads", signal.heads());
        prediction.put("predicted_profit", signal.predictedProfit());
        prediction.put("p_profit", signal.pProfit());
        prediction.put("expires_at", signal.expiresAt());
        prediction.put("unproven", signal.unproven());
        return StreamMessages.json(prediction);
    }
}
