package io.auspex.platform;

import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/**
 * Tells a database that cannot be reached, or not in time, from one that refuses what it is asked,
 * which is a defect.
 */
public final class DatabaseAway {

    /** A cause may be its own cause's cause. */
    private static final int MAX_CAUSES = 16;

    private DatabaseAway() {}

    public static boolean isCauseOf(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof IOException
                    || cause instanceof TimeoutException
                    || (cause instanceof PgException refused && isShutdown(refused))) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Classes 08 (connection), 53 (resources) and 57 (operator intervention). */
    private static boolean isShutdown(PgException refused) {
        String state = refused.getSqlState();
        return state != null
                && (state.startsWith("08") || state.startsWith("53") || state.startsWith("57"));
    }
}
