package io.auspex.shadow;

import io.auspex.model.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * An open trial as this process carries it on: how many closes have answers, and which look is
 * next. Touched by the runner's thread only, but for what is final.
 */
final class ActiveTrial {

    final ShadowTrial trial;
    final ModelSpec spec;

    /** Close times with answers of both, ascending. */
    private final List<Long> closeTimes;

    private int looked;

    ActiveTrial(ShadowTrial trial, ModelSpec spec, List<Long> closeTimes) {
        this.trial = trial;
        this.spec = spec;
        this.closeTimes = new ArrayList<>(closeTimes);
        this.looked = trial.looked();
    }

    void answered(long closeTimeMillis) {
        if (closeTimes.isEmpty() || closeTimeMillis > closeTimes.getLast()) {
            closeTimes.add(closeTimeMillis);
        }
    }

    void looked(int look) {
        looked = look;
    }

    int looked() {
        return looked;
    }

    /** The next look, when the outcomes of all its closes are known at that time. */
    OptionalInt due(long nowMillis) {
        int next = looked + 1;
        int closes = trial.closesOfLook(next);
        return closeTimes.size() >= closes
                        && (closes == 0
                                || closeTimes.get(closes - 1) + ShadowOutcomes.horizonMillis(spec)
                                        <= nowMillis)
                ? OptionalInt.of(next)
                : OptionalInt.empty();
    }

    /** The last close that a look is about. */
    long lastCloseMillis(int look) {
        int closes = trial.closesOfLook(look);
        return closes == 0 ? Long.MIN_VALUE : closeTimes.get(closes - 1);
    }
}
