package io.auspex.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts signals by the instant at which they were sent. */
final class StreamTally {

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(5);
    private static final int DIGITS = 3;

    /** Of one publication. */
    private static final class Sent {
        private final Histogram delays = new Histogram(LONGEST, 2);
        private long first = Long.MAX_VALUE;
        private long last;
    }

    private final Histogram delays = new Histogram(LONGEST, DIGITS);
    private final Map<Long, Sent> publications = new LinkedHashMap<>();

    /** The clock of the service is the clock of this process: the same machine. */
    private final long epochNanos;

    private final long startNanos;
    private long messages;
    private long bytes;

    StreamTally() {
        Instant now = Instant.now();
        this.startNanos = System.nanoTime();
        this.epochNanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    void reset() {
        delays.reset();
        publications.clear();
        messages = 0;
        bytes = 0;
    }

    /** Nanoseconds since the epoch. */
    long now() {
        return epochNanos + System.nanoTime() - startNanos;
    }

    void bytes(long more) {
        bytes += more;
    }

    void signals(long sentNanos, long receivedNanos, int count) {
        long delay = Math.clamp(receivedNanos - sentNanos, 0, LONGEST);
        messages += count;
        delays.recordValueWithCount(delay, count);
        Sent sent = publications.computeIfAbsent(sentNanos, _ -> new Sent());
        sent.delays.recordValueWithCount(delay, count);
        sent.first = Math.min(sent.first, delay);
        sent.last = Math.max(sent.last, delay);
    }

    StreamResult result(Map<Integer, Integer> closeCodes) {
        List<StreamResult.Publication> all = new ArrayList<>();
        publications.forEach((sentNanos, sent) ->
                all.add(
                        new StreamResult.Publication(
                                sentNanos,
                                sent.delays.getTotalCount(),
                                sent.first,
                                sent.delays.getValueAtPercentile(50),
                                sent.last)));
        return new StreamResult(
                messages,
                bytes,
                delays.getValueAtPercentile(50),
                delays.getValueAtPercentile(99),
                delays.getValueAtPercentile(99.9),
                delays.getMaxValue(),
                closeCodes,
                all);
    }
}
