package io.auspex.bench;

import java.util.List;
import java.util.Map;

/**
 * What a {@link StreamLoad} saw; one line of JSON. Times in nanoseconds, from the publication to
 * the receipt.
 *
 * @param messages signals received
 * @param bytes received, whatever it was
 * @param closeCodes how many connections the server has closed, by code; 1006 without one
 * @param publications in their order
 */
record StreamResult(
        long messages,
        long bytes,
        long p50,
        long p99,
        long p999,
        long max,
        Map<Integer, Integer> closeCodes,
        List<Publication> publications) {

    StreamResult {
        closeCodes = Map.copyOf(closeCodes);
        publications = List.copyOf(publications);
    }

    /**
     * What was sent at one instant.
     *
     * @param sentNanos since the epoch
     * @param first until the first was received
     * @param median until half of the messages were received
     * @param last until the last was received
     */
    record Publication(long sentNanos, long messages, long first, long median, long last) {

        double rate() {
            return messages * 1e9 / last;
        }
    }
}
