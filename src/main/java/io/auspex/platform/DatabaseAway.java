package io.auspex.platform;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a database that cannot be reached, or not in time, from one that refuses what it is asked,
 * which is a defect, and from anything else that has failed: by what the PostgreSQL client, its
 * pool and the JDBC driver throw ({@code DatabaseAwayTest}). A plain {@link IOException} is not the
 * database's unless the operating system has made it, and nor is then what caused it: somebody's
 * request was too large, or the one who sent it is gone.
 */
public final class DatabaseAway {

    /** A cause may be its own cause's cause. */
    private static final int MAX_CAUSES = 16;

    /**
     * What the operating system says of a connection, where Java has no class of its own for it.
     */
    private static final Set<String> OF_A_CONNECTION =
            Set.of(
                    "Broken pipe",
                    "Connection reset by peer",
                    "Connection timed out",
                    "No route to host",
                    "Network is unreachable");

    /** The client has no class of its own for these. */
    private static final Set<String> OF_THE_CLIENT =
            Set.of(
                    "Timeout waiting for connection",
                    "Pending requests failed to be sent due to connection has been closed.",
                    "Connection is not active now, current status: CLOSED",
                    "Connection is not active now, current status: CLOSING");

    private DatabaseAway() {}

    public static boolean isCauseOf(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause.getClass() == IOException.class) {
                return isOneOf(OF_A_CONNECTION, cause);
            }
            if (isAway(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isAway(Throwable cause) {
        return switch (cause) {
            case SocketException _, SocketTimeoutException _, UnknownHostException _ -> true;
            case ClosedChannelException _, EOFException _, SSLException _ -> true;
            case TimeoutException _, io.smallrye.mutiny.TimeoutException _ -> true;
            case ClosedConnectionException _ -> true;
            case PgException refused -> isShutdown(refused.getSqlState());
            case SQLException refused -> isShutdown(refused.getSQLState());
            default -> isOneOf(OF_THE_CLIENT, cause);
        };
    }

    private static boolean isOneOf(Set<String> messages, Throwable cause) {
        return cause.getMessage() != null && messages.contains(cause.getMessage());
    }

    /** Classes 08 (connection), 53 (resources) and 57 (operator intervention). */
    private static boolean isShutdown(@Nullable String state) {
        return state != null
                && (state.startsWith("08") || state.startsWith("53") || state.startsWith("57"));
    }
}
