package io.auspex.shadow;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version that runs, or ran, beside a champion.
 *
 * @param shadow the version beside it: the challenger, or the champion before
 * @param closes live closes with answers of both that it is to last
 * @param looks how often they are compared
 * @param looked how often they have been
 * @param reason what was found at the last look, or why it ended; empty before
 */
public record ShadowTrial(
        long id,
        String model,
        Kind kind,
        @Nullable Long promotion,
        String feed,
        int champion,
        int shadow,
        int closes,
        int looks,
        int looked,
        State state,
        String reason,
        Instant createdAt,
        @Nullable Instant decidedAt) {

    /** Who is on trial. */
    public enum Kind {
        /** The version in the shadow: may it take over? */
        CHALLENGE,
        /** The champion: is it worse than the one before, which is in the shadow? */
        WATCH
    }

    /** How it stands. */
    public enum State {
        OPEN,
        /** A watched champion stays. */
        KEPT,
        /** A watched champion was worse: the one before serves again. */
        ROLLED_BACK,
        /** A challenger is champion now. */
        TOOK_OVER,
        /** A challenger was worse. */
        REJECTED,
        /** Something else happened to the champion, the challenger or the feed. */
        CANCELLED
    }

    /** The number of closes with answers after which a look is taken; looks count from 1. */
    int closesOfLook(int look) {
        return (int) Math.ceilDiv((long) closes * look, looks);
    }
}
