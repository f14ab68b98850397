package io.auspex.api.stream;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** The texts of the few instants that the messages of one publication share. Not thread-safe. */
final class Instants {

    /** Those of a close: its time, its expiry, its storing, the sending. More are not worth it. */
    private static final int MOST = 16;

    private final Map<Instant, String> texts = new HashMap<>();

    Instants() {}

    /**
     * @param first remembered whatever comes later
     */
    Instants(Instant first) {
        texts.put(first, first.toString());
    }

    /** ISO-8601, in UTC. */
    String text(Instant at) {
        String known = texts.get(at);
        if (known != null) {
            return known;
        }
        String text = at.toString();
        if (texts.size() < MOST) {
            texts.put(at, text);
        }
        return text;
    }
}
