package io.auspex.retraining;

import io.auspex.platform.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The phases of an attempt as steps of its trace: {@code dataset}, {@code worker}, {@code gate},
 * {@code swap}. What the worker tells of itself are steps of {@code worker}. Thread-safe.
 */
final class RefitTrace {

    private static final Set<String> OURS = Set.of("dataset", "gate", "swap");

    private record Phase(String name, long fromNanos, long toNanos) {}

    private final Trace trace;
    private final List<Phase> ofWorker = new ArrayList<>();
    private @Nullable String phase;
    private long sinceNanos;

    RefitTrace(Trace trace) {
        this.trace = trace;
    }

    /** A phase begins, or goes on. */
    synchronized void at(String next, long nowNanos) {
        if (next.equals(phase)) {
            return;
        }
        endPhase(nowNanos);
        if (OURS.contains(next)) {
            endWorker(nowNanos);
        }
        phase = next;
        sinceNanos = nowNanos;
    }

    /** The attempt is over, wherever it was. */
    synchronized void end(long nowNanos) {
        endPhase(nowNanos);
        endWorker(nowNanos);
    }

    private void endPhase(long nowNanos) {
        if (phase == null) {
            return;
        }
        if (OURS.contains(phase)) {
            trace.step(phase, sinceNanos, nowNanos);
        } else {
            ofWorker.add(new Phase(phase, sinceNanos, nowNanos));
        }
        phase = null;
    }

    private void endWorker(long nowNanos) {
        if (ofWorker.isEmpty()) {
            return;
        }
        Trace worker = trace.step("worker", ofWorker.getFirst().fromNanos(), nowNanos);
        ofWorker.forEach(each -> worker.step(each.name(), each.fromNanos(), each.toNanos()));
        ofWorker.clear();
    }
}
