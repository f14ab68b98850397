package io.auspex.api.stream;

import io.auspex.signals.Signal;
import java.util.List;

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
        SignalJson json = new SignalJson(instants);
        return signals.stream()
                .map(signal -> new EncodedSignal(signal, json.write(signal)))
                .toList();
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
