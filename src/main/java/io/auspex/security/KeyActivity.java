package io.auspex.security;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a key was used for since somebody looked. Thread-safe. */
public final class KeyActivity {

    private final LongAdder calls = new LongAdder();
    private final LongAdder refusals = new LongAdder();
    private final AtomicLong lastMillis = new AtomicLong();

    /** A call by this key. */
    public void called(long nowMillis) {
        calls.increment();
        lastMillis.lazySet(nowMillis);
    }

    /** A call that was refused for its role or its rate. */
    public void refused() {
        refusals.increment();
    }

    /** When it was used last, in milliseconds since the epoch; 0 for never. */
    long lastMillis() {
        return lastMillis.get();
    }

    /**
     * Counts of a stretch of time.
     *
     * @param refusals how many of the calls were refused
     */
    record Counts(long calls, long refusals) {}

    Counts take() {
        return new Counts(calls.sumThenReset(), refusals.sumThenReset());
    }
}
