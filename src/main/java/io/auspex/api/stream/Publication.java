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
 * Signals that were published together, encoded for every topic that they belong to: those of all
 * symbols in one buffer, those of each symbol one behind the other in a second.
 */
final class Publication {

    /** The signals of one symbol, and the beginnings of their envelopes. */
    private record Part(List<EncodedSignal> signals, List<byte[]> heads) {}

    private final List<EncodedSignal> signals;
    private final SignalBatch all;
    private final Map<String, SignalBatch> ofSymbol;

    private Publication(
            List<EncodedSignal> signals, SignalBatch all, Map<String, SignalBatch> ofSymbol) {
        this.signals = signals;
        this.all = all;
        this.ofSymbol = ofSymbol;
    }

    /**
     * @param news by increasing sequence, at least one
     */
    static Publication of(List<Signal> news, Instant sentAt) {
        Instants instants = new Instants();
        List<EncodedSignal> signals = EncodedSignal.of(news, instants);
        Map<String, List<EncodedSignal>> bySymbol = new LinkedHashMap<>();
        for (EncodedSignal signal : signals) {
            bySymbol.computeIfAbsent(signal.symbol(), _ -> new ArrayList<>()).add(signal);
        }
        Map<String, Part> parts = new LinkedHashMap<>();
        int size = 0;
        for (Map.Entry<String, List<EncodedSignal>> each : bySymbol.entrySet()) {
            String topic = StreamTopics.SIGNALS + each.getKey();
            Part part = new Part(each.getValue(), heads(each.getValue(), topic, sentAt, instants));
            parts.put(each.getKey(), part);
            size += SignalBatch.size(part.signals(), part.heads());
        }
        ByteBuffer buffer = ByteBuffer.allocate(size);
        Map<String, SignalBatch> ofSymbol = new HashMap<>();
        parts.forEach((symbol, part) ->
                ofSymbol.put(symbol, SignalBatch.write(part.signals(), part.heads(), buffer)));
        return new Publication(
                signals, batch(signals, StreamTopics.ALL_SIGNALS, sentAt, instants), ofSymbol);
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
        return ofSymbol.keySet();
    }

    long first() {
        return signals.getFirst().seq();
    }

    long last() {
        return signals.getLast().seq();
    }

    /** What it says on a topic; null when that is nothing. */
    @Nullable SignalBatch on(String topic) {
        return topic.equals(StreamTopics.ALL_SIGNALS)
                ? all
                : ofSymbol.get(topic.substring(StreamTopics.SIGNALS.length()));
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
