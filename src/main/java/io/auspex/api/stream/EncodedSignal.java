package io.auspex.api.stream;

import io.auspex.signals.Signal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A signal and its JSON, which is made once, however many topics and connections it goes to. */
final class EncodedSignal {

    private final Signal signal;
    private final byte[] data;

    private EncodedSignal(Signal signal, byte[] data) {
        this.signal = signal;
        this.data = data;
    }

    /** Encodes them all. */
    static List<EncodedSignal> of(List<Signal> signals, Instants instants) {
        return of(signals, instants, Map.of());
    }

    /**
     * Encodes them all.
     *
     * @param bodies what is written already
     */
    static List<EncodedSignal> of(
            List<Signal> signals, Instants instants, Map<SignalBody, byte[]> bodies) {
        try (SignalJson json = new SignalJson(instants)) {
            return signals.stream()
                    .map(signal -> new EncodedSignal(signal, json(signal, json, bodies)))
                    .toList();
        }
    }

    /** What signals have in their JSON wherever in the ledger they come to be. */
    static Map<SignalBody, byte[]> bodies(List<SignalBody> signals) {
        Map<SignalBody, byte[]> bodies = HashMap.newHashMap(signals.size());
        try (SignalJson json = new SignalJson(new Instants())) {
            for (SignalBody body : signals) {
                bodies.put(body, json.body(body));
            }
        }
        return bodies;
    }

    private static byte[] json(Signal signal, SignalJson json, Map<SignalBody, byte[]> bodies) {
        byte[] body = bodies.isEmpty() ? null : bodies.get(SignalBody.of(signal));
        return body == null ? json.write(signal) : json.write(signal, body);
    }

    Signal signal() {
        return signal;
    }

    long seq() {
        return signal.seq();
    }

    String symbol() {
        return signal.symbol().name();
    }

    /** JSON; not to be changed. */
    byte[] data() {
        return data;
    }
}
