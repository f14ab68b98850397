package io.auspex.triggers;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler has made of one kind of work: the refreshes of a feed, or the refits of a
 * model. Summed over all processes, and kept over restarts; an execution that is neither a success
 * nor a failure runs, was cancelled, or ended with its process.
 *
 * @param kind {@code data-update} or {@code refit}
 * @param name of the feed, or of the model
 * @param executions that began
 * @param retries after a failure: executions of a feed, attempts of a refit
 * @param lastError what the newest failure had to say; null for none
 * @param lastErrorAt null for none
 * @param nextRun null when none is due, or another process knows
 */
public record Runs(
        String kind,
        String name,
        long executions,
        long successes,
        long failures,
        long retries,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Instant nextRun) {

    static final String DATA_UPDATE = "data-update";
    static final String REFIT = "refit";

    Runs next(@Nullable Instant at) {
        return new Runs(
                kind, name, executions, successes, failures, retries, lastError, lastErrorAt, at);
    }
}
