package io.auspex.exchange;

import java.time.Duration;

/** Since when the next close has been known to be due. One thread. */
final class Due {

    private final Ticks ticks;
    private long closeMillis = Long.MIN_VALUE;
    private long sinceNanos;

    Due(Ticks ticks) {
        this.ticks = ticks;
    }

    /** How long ago this was first asked about that close. */
    Duration since(long nextCloseMillis) {
        if (closeMillis != nextCloseMillis) {
            closeMillis = nextCloseMillis;
            sinceNanos = ticks.nanos();
        }
        return Duration.ofNanos(ticks.nanos() - sinceNanos);
    }
}
