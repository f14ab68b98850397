package io.auspex.security;

import java.sql.SQLException;

/** The database does not answer, or refuses. */
public final class DatabaseFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DatabaseFailedException(SQLException cause) {
        super(cause);
    }
}
