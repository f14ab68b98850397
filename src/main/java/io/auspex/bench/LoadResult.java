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
 * @param undisturbed requests that no other program of the server's processor held up; null where
 *     nobody looked
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
        @Nullable Undisturbed undisturbed,
        List<Long> p99OfSeconds) {

    /**
     * What is left when {@link OthersTurns} are taken away.
     *
     * @param aside requests that are taken away; in all other figures they are
     */
    record Undisturbed(long p99, long aside) {}

    LoadResult {
        p99OfSeconds = List.copyOf(p99OfSeconds);
    }

    /** Of the requests that an open loop was to send. */
    double leftOutShare() {
        return leftOut / (double) Math.max(1, leftOut + requests);
    }

    boolean isWatched() {
        return undisturbed != null;
    }

    /** 0 where nobody looked. */
    long p99Undisturbed() {
        return undisturbed == null ? 0 : undisturbed.p99();
    }

    /** Of the requests that are counted. */
    double asideShare() {
        return undisturbed == null ? 0 : undisturbed.aside() / (double) Math.max(1, requests);
    }

    double rate() {
        return requests / seconds;
    }
}
