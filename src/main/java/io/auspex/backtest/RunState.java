package io.auspex.backtest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.auspex.ensemble.PastEnsemble;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is: all that it needs to go on elsewhere, beside its plan.
 *
 * @param positionMillis the last close that is accounted for
 * @param account as of it
 * @param walk where refits stand
 * @param rows signals that were made
 * @param inSample those of closes that their version was trained on, or may have been
 * @param actions how many of each
 * @param signalsSha256 a chain over all signals, head for head and bit for bit
 * @param ensemble where its members and weights stand; null for a single model
 */
public record RunState(
        long positionMillis,
        AccountState account,
        Walk walk,
        long rows,
        long inSample,
        Map<String, Long> actions,
        String signalsSha256,
        @JsonInclude(JsonInclude.Include.NON_NULL) PastEnsemble.@Nullable State ensemble) {

    public RunState {
        actions = Collections.unmodifiableMap(new TreeMap<>(actions));
    }

    /** Of a single model. */
    RunState(
            long positionMillis,
            AccountState account,
            Walk walk,
            long rows,
            long inSample,
            Map<String, Long> actions,
            String signalsSha256) {
        this(positionMillis, account, walk, rows, inSample, actions, signalsSha256, null);
    }

    /**
     * Where refits stand.
     *
     * @param refits made so far
     * @param champion number of the refit whose model decides; null before the first promotion
     * @param lastDue when the last refit was due; null before the first
     */
    public record Walk(int refits, @Nullable Integer champion, @Nullable Instant lastDue) {

        static final Walk BEGIN = new Walk(0, null, null);
    }

    RunState with(Walk other) {
        return new RunState(
                positionMillis, account, other, rows, inSample, actions, signalsSha256, ensemble);
    }

    static RunState fresh(BacktestPlan plan) {
        return new RunState(
                plan.from().toEpochMilli() - 1,
                AccountState.fresh(plan.rules().startEquity()),
                Walk.BEGIN,
                0,
                0,
                Map.of(),
                SignalChain.START);
    }
}
