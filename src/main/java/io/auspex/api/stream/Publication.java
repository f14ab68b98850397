package io.auspex.api.stream;

import io.auspex.signals.Signal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signals that were published together, each encoded once. The frames of a topic, those of all
 * symbols or of one, are made for the first who wants them, and kept. Not thread-safe: under the
 * lock of {@link StreamTopics}, but for its making.
 */
final class Publication {

    private final List<EncodedSignal> signals;
    private final Instant sentAt;
    private final Instants instants;
    private final Map<String, List<EncodedSignal>> bySymbol;

    /** By topic. */
    private final Map<String, SignalBatch> batches = new HashMap<>();

    private Publication(List<EncodedSignal> signals, Instant sentAt, Instants instants) {
        this.signals = signals;
        this.sentAt = sentAt;
        this.instants = instants;
        this.bySymbol = LinkedHashMap.newLinkedHashMap(signals.size());
        for (EncodedSignal signal : signals) {
            bySymbol.computeIfAbsent(signal.symbol(), _ -> new ArrayList<>(1)).add(signal);
        }
    }

    /**
     * @param news by increasing sequence, at least one
     */
    static Publication of(List<Signal> news, Instant sentAt) {
        return of(news, sentAt, Map.of());
    }

    /**
     * @param news by increasing sequence, at least one
     * @param bodies what is written of them already
     */
    static Publication of(List<Signal> news, Instant sentAt, Map<SignalBody, byte[]> bodies) {
        Instants instants = new Instants(sentAt);
        return new Publication(EncodedSignal.of(news, instants, bodies), sentAt, instants);
    }

    /** Signals as messages of one topic. */
    static SignalBatch batch(
            List<EncodedSignal> signals, String topic, Instant sentAt, Instants instants) {
        List<byte[]> heads = heads(signals, topic, sentAt, instants);
        ByteBuffer buffer = ByteBuffer.allocate(SignalBatch.size(signals, heads));
        return SignalBatch.write(signals, heads, buffer);
    }

    List<EncodedSignal> signals() {
        return signals;
    }

    Set<String> symbols() {
        return bySymbol.keySet();
    }

    long first() {
        return signals.getFirst().seq();
    }

    long last() {
        return signals.getLast().seq();
    }

    /** What it says on a topic; null when that is nothing. */
    @Nullable SignalBatch on(String topic) {
        SignalBatch known = batches.get(topic);
        if (known != null) {
            return known;
        }
        List<EncodedSignal> wanted =
                topic.equals(StreamTopics.ALL_SIGNALS)
                        ? signals
                        : bySymbol.get(topic.substring(StreamTopics.SIGNALS.length()));
        if (wanted == null) {
            return null;
        }
        SignalBatch made = batch(wanted, topic, sentAt, instants);
        batches.put(topic, made);
        return made;
    }

    private static List<byte[]> heads(
            List<EncodedSignal> signals, String topic, Instant sentAt, Instants instants) {
        List<byte[]> heads = new ArrayList<>(signals.size());
        for (EncodedSignal each : signals) {
            Signal signal = each.signal();
            heads.add(
                    new Envelope(
                                    topic,
                                    signal.epoch(),
                                    signal.seq(),
                                    signal.closeTime(),
                                    sentAt,
                                    "signal")
                            .head(instants));
        }
        return heads;
    }
}
