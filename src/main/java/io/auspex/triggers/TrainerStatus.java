package io.auspex.triggers;

import io.auspex.retraining.Refit;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the trainer of all models does.
 *
 * @param running whether refits and refreshes start by themselves
 * @param clock {@code market} or {@code wall}
 * @param now by that clock; so are the moments below, but for those of refits
 * @param lastTraining the newest refit; null when there was none
 * @param nextTraining the earliest that a schedule asks for; null when none does here
 * @param queue refits that wait or run, oldest first
 * @param workers how many run at once in this process
 * @param runs what became of data updates, by feed, and of refits, by model
 */
public record TrainerStatus(
        boolean running,
        String clock,
        Instant now,
        DataUpdate data,
        @Nullable Refit lastTraining,
        @Nullable Training nextTraining,
        List<Refit> queue,
        Workers workers,
        List<Runs> runs) {

    public TrainerStatus {
        queue = List.copyOf(queue);
        runs = List.copyOf(runs);
    }

    /**
     * How new the candles are.
     *
     * @param feed that runs here; null for none
     * @param refreshable whether there is anything that could be fetched
     * @param lastUpdate the last refresh, or the newest close of a feed without; null for none
     * @param nextUpdate null when there will be no refresh
     * @param message what the last refresh came to, or why there is none
     */
    public record DataUpdate(
            @Nullable String feed,
            boolean refreshable,
            @Nullable Instant lastUpdate,
            @Nullable Instant nextUpdate,
            String message) {}

    /** A refit that a schedule asks for. */
    public record Training(String model, Instant at) {}

    /**
     * The worker processes.
     *
     * @param limit of this process
     * @param busy refits that run, in all processes
     */
    public record Workers(int limit, int busy) {}
}
