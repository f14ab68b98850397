package io.auspex.api.stream;

import io.auspex.signals.Signal;

/** A signal and its JSON, which is made once, however many topics and connections it goes to. */
final class EncodedSignal {

    private final Signal signal;
    private final byte[] data;

    EncodedSignal(Signal signal) {
        this.signal = signal;
        this.data = StreamMessages.json(signal);
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
