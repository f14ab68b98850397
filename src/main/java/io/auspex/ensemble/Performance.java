package io.auspex.ensemble;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a session's members; of one that is not completed those up to now.
 *
 * @param sessionId null when there has been no session
 * @param inSample one sentence when a member has seen the period in training; null when none has
 * @param members the ensemble itself last
 */
public record Performance(
        @Nullable String sessionId,
        ReinforcementSession.@Nullable State state,
        @Nullable Instant after,
        @Nullable Instant to,
        @Nullable String inSample,
        List<SessionResult.MemberResult> members) {

    static final Performance NONE = new Performance(null, null, null, null, null, List.of());

    public Performance {
        members = List.copyOf(members);
    }
}
