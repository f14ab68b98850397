package io.auspex.feedback;

import java.time.Instant;

/** Knows of trades that traders reported. Does not block. Thread-safe. */
public interface ClosedTradesSource {

    /** Trades stored after that moment of the wall clock. */
    long storedSince(Instant moment);
}
