package io.auspex.platform;

import io.vertx.pgclient.PgException;
import org.jspecify.annotations.Nullable;

/** The database's refusal of a write of a process that does not lead any more (V9). */
public final class NotTheLeader {

    /** Raised by {@code require_leader}. */
    public static final String SQL_STATE = "AX001";

    /** A cause may be its own cause's cause. */
    private static final int MAX_CAUSES = 16;

    private NotTheLeader() {}

    /** Whether that is what a failure comes from. To try again is of no use then. */
    public static boolean isCauseOf(Throwable failure) {
        @Nullable Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof PgException refused && SQL_STATE.equals(refused.getSqlState())) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
