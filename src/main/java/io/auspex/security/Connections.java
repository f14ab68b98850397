package io.auspex.security;

import java.sql.Connection;
import java.sql.SQLException;

/** Where connections to the database come from: the service's pool, or a command's own. */
public interface Connections {

    Connection open() throws SQLException;

    /** Something done with a connection. */
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /**
     * Does all of it or nothing. Blocks.
     *
     * @throws DatabaseFailedException when the database does not answer or refuses
     */
    default <T> T transaction(Work<T> work) {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            try {
                T result = work.in(connection);
                connection.commit();
                return result;
            } finally {
                // After a commit there is nothing to roll back.
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException failure) {
            throw new DatabaseFailedException(failure);
        }
    }
}
