package io.auspex.bench;

import java.util.List;

/**
 * What a load generator is to do; one line of JSON.
 *
 * @param requests folder of files, each one whole HTTP request; they are sent in turn
 * @param warmUpSeconds under load but not counted
 * @param seconds counted
 * @param rate requests a second of an open loop, at random (Poisson) instants; 0 for a closed loop,
 *     in which every connection sends as soon as it has its answer
 * @param seed of the random instants
 * @param threads {@code schedstat} files of {@link OthersTurns}; none when nobody is to look
 */
record LoadJob(
        int port,
        String requests,
        int connections,
        double warmUpSeconds,
        double seconds,
        double rate,
        long seed,
        List<String> threads) {

    LoadJob {
        threads = List.copyOf(threads);
        if (connections < 1 || !(seconds > 0) || !(warmUpSeconds >= 0) || !(rate >= 0)) {
            throw new IllegalArgumentException("no load: " + connections + ", " + seconds);
        }
    }

    boolean isOpen() {
        return rate > 0;
    }

    long warmUpNanos() {
        return (long) (warmUpSeconds * 1e9);
    }

    long nanos() {
        return (long) (seconds * 1e9);
    }
}
