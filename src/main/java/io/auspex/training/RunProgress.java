package io.auspex.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Turns work done into percent, and takes the time of each phase. Growing trees is nearly all of
 * the work; its unit is a row in a tree.
 */
final class RunProgress {

    private static final int TREES_FROM = 2;
    private static final int TREES_TO = 94;
    private static final double NANOS = 1e9;

    private final TrainingProgress listener;
    private final Map<Phase, Long> nanos = new LinkedHashMap<>();
    private Phase phase = Phase.LOAD;
    private long phaseBegan = System.nanoTime();
    private long expected = 1;
    private long finished;
    private long current;

    RunProgress(TrainingProgress listener) {
        this.listener = listener;
    }

    /** Sets how much growing there will be in the whole run. */
    void expect(long work) {
        expected = Math.max(1, work);
    }

    void enter(Phase next, String message) {
        long now = System.nanoTime();
        nanos.merge(phase, now - phaseBegan, Long::sum);
        phaseBegan = now;
        phase = next;
        finished += current;
        current = 0;
        tell(message);
    }

    /**
     * Begins to grow the trees of one model: that much work, in the end, whatever is done of it.
     */
    void begin(long work) {
        finished += current;
        current = work;
    }

    /** So much of the work since {@link #begin} is done. */
    void done(long work, String message) {
        listener.at(phase, percent(finished + work), message);
    }

    private void tell(String message) {
        int percent =
                switch (phase) {
                    case DATASET, LOAD -> 0;
                    case FOLDS, FIT -> percent(finished);
                    case EXPORT -> TREES_TO;
                    case VERIFY -> TREES_TO + 3;
                    case DONE -> 100;
                };
        listener.at(phase, percent, message);
    }

    private int percent(long work) {
        return TREES_FROM + (int) ((TREES_TO - TREES_FROM) * Math.min(work, expected) / expected);
    }

    /** Seconds of each phase so far, the running one included. */
    Map<String, Double> seconds() {
        Map<Phase, Long> all = new LinkedHashMap<>(nanos);
        all.merge(phase, System.nanoTime() - phaseBegan, Long::sum);
        Map<String, Double> seconds = new LinkedHashMap<>();
        all.forEach((key, value) -> seconds.put(key.code(), value / NANOS));
        return seconds;
    }
}
