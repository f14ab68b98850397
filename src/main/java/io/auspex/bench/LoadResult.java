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
 * @param leftOut requests of an open loop that were not sent, or whose answer came nobody knows
 *     when, because the generator had no processor; in none of the other figures
 * @param stalledSeconds how long it had none, also while warming up
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
        long leftOut,
        double stalledSeconds,
        List<Long> p99OfSeconds) {

    LoadResult {
        p99OfSeconds = List.copyOf(p99OfSeconds);
    }

    /** Of the requests that an open loop was to send. */
    double leftOutShare() {
        return leftOut / (double) Math.max(1, leftOut + requests);
    }

    double rate() {
        return requests / seconds;
    }
}
