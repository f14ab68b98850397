package io.auspex.language;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/** At most so many questions within any hour. Thread-safe. */
final class Budget {

    private static final Duration HOUR = Duration.ofHours(1);

    private final int perHour;
    private final InstantSource clock;
    private final Deque<Instant> spent = new ArrayDeque<>();

    Budget(int perHour, InstantSource clock) {
        this.perHour = perHour;
        this.clock = clock;
    }

    /** Takes one question; false when there is none left. */
    synchronized boolean take() {
        Instant now = clock.instant();
        while (!spent.isEmpty() && !spent.getFirst().isAfter(now.minus(HOUR))) {
            spent.removeFirst();
        }
        if (spent.size() >= perHour) {
            return false;
        }
        spent.addLast(now);
        return true;
    }
}
