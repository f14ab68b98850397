package io.auspex.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a load generator saw; one line of JSON. Latencies in nanoseconds: of a closed loop from the
 * sending, of an open loop from the intended sending.
 *
 * @param answered how many answers there were, also while warming up
 * @param failures answers other than 200, and connections lost, also while warming up
 * @param firstFailure null when there was none
 * @param cpuShare of one processor that the generator itself used
 * @param lateP99 how late an open loop sent although a connection was free: its own fault, part of
 *     the latencies; 0 for a closed loop
 * @param p99OfSeconds of each second, in order
 */
record LoadResult(
        long requests,
        long answered,
        long failures,
        @Nullable String firstFailure,
        double seconds,
        double cpuShare,
        long p50,
        long p99,
        long p999,
        long max,
        long lateP99,
        List<Long> p99OfSeconds) {

    LoadResult {
        p99OfSeconds = List.copyOf(p99OfSeconds);
    }

    double rate() {
        return requests / seconds;
    }
}
