package io.auspex.ensemble;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session as it stands.
 *
 * @param progress percent of the period
 * @param closes of the period that were replayed
 * @param trades that were closed in it, those of the ensemble included
 * @param reason why it failed or was stopped; null for the others
 * @param resumed how often another life of a service has gone on with it
 * @param result null unless it is completed
 */
public record ReinforcementSession(
        String sessionId,
        State state,
        SessionPlan plan,
        int progress,
        long closes,
        long trades,
        int resumed,
        @Nullable String reason,
        @Nullable SessionResult result,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    /** What becomes of a session. */
    public enum State {
        RUNNING,
        COMPLETED,
        FAILED,
        STOPPED
    }
}
