package io.auspex.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Latencies and failures of one job, of which the warm-up does not count. One thread. */
final class LoadRecord {

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long LONGEST_NANOS = 120 * SECOND_NANOS;
    private static final int DIGITS = 3;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final long from;
    private final Histogram all = new Histogram(LONGEST_NANOS, DIGITS);
    private final Histogram undisturbed = new Histogram(LONGEST_NANOS, DIGITS);
    private final Histogram second = new Histogram(LONGEST_NANOS, DIGITS);
    private final List<Long> p99OfSeconds = new ArrayList<>();
    private long secondEnds;
    private long answered;
    private long failures;
    private long leftOut;
    private long aside;
    private @Nullable String firstFailure;
    private long cpuAtStart;

    /**
     * @param fromNanos what was sent, or to be sent, from then on counts
     */
    LoadRecord(long fromNanos) {
        this.from = fromNanos;
        this.secondEnds = fromNanos + SECOND_NANOS;
        this.cpuAtStart = -1;
    }

    /** An answer that came now to what was sent, or to be sent, then. */
    void answered(long sentNanos, long nowNanos) {
        answered++;
        if (sentNanos < from) {
            return;
        }
        if (cpuAtStart < 0) {
            cpuAtStart = SYSTEM.getProcessCpuTime();
        }
        while (nowNanos >= secondEnds) {
            endSecond();
        }
        long latency = Math.clamp(nowNanos - sentNanos, 1, LONGEST_NANOS);
        all.recordValue(latency);
        second.recordValue(latency);
    }

    /**
     * A request that was not sent, or an answer of which nobody knows when it came, for want of a
     * processor for the load generator.
     *
     * @param sentNanos when it was sent, or to be sent
     */
    void leftOut(long sentNanos) {
        if (sentNanos >= from) {
            leftOut++;
        }
    }

    /** An answer that {@link #answered} knows, and that no other program held up. */
    void undisturbed(long sentNanos, long nowNanos) {
        if (sentNanos >= from) {
            undisturbed.recordValue(Math.clamp(nowNanos - sentNanos, 1, LONGEST_NANOS));
        }
    }

    /** One that another program held up. */
    void setAside(long sentNanos) {
        if (sentNanos >= from) {
            aside++;
        }
    }

    void failed(String what) {
        failures++;
        if (firstFailure == null) {
            firstFailure = what;
        }
    }

    /**
     * @param untilNanos when the last request was sent
     * @param stalledNanos how long the load generator was without a processor
     */
    LoadResult result(long untilNanos, long lateP99, long stalledNanos) {
        double seconds = Math.max(1, untilNanos - from) / (double) SECOND_NANOS;
        double cpu = cpuAtStart < 0 ? 0 : (SYSTEM.getProcessCpuTime() - cpuAtStart) / 1e9;
        return new LoadResult(
                all.getTotalCount(),
                answered,
                failures,
                firstFailure,
                seconds,
                cpu / seconds,
                all.getValueAtPercentile(50),
                all.getValueAtPercentile(99),
                all.getValueAtPercentile(99.9),
                all.getMaxValue(),
                lateP99,
                leftOut,
                stalledNanos / 1e9,
                undisturbed.getTotalCount() == 0
                        ? null
                        : new LoadResult.Undisturbed(undisturbed.getValueAtPercentile(99), aside),
                p99OfSeconds);
    }

    private void endSecond() {
        p99OfSeconds.add(second.getTotalCount() == 0 ? 0 : second.getValueAtPercentile(99));
        second.reset();
        secondEnds += SECOND_NANOS;
    }
}
