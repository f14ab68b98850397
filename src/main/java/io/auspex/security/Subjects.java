package io.auspex.security;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Whose a pseudonym is. The row of a subject is the only thing that ties what lasts (the audit log,
 * trades) to a name, and holds the key of what the log knows of their addresses; deleting the row
 * makes both unreadable for ever, and no hash of the log changes.
 */
final class Subjects {

    private static final int SECRET_BYTES = 32;
    private static final int PSEUDONYM_BYTES = 8;

    private Subjects() {}

    /**
     * A subject.
     *
     * @param secret key of AES-256
     */
    record Subject(String name, String pseudonym, byte[] secret) {

        /** Not the secret. */
        @Override
        public String toString() {
            return pseudonym;
        }
    }

    /** The subject of that name, with a new pseudonym when it was not known. */
    static Subject of(Connection connection, String name) throws SQLException {
        Optional<Subject> known = find(connection, name);
        if (known.isPresent()) {
            return known.get();
        }
        byte[] pseudonym = new byte[PSEUDONYM_BYTES];
        byte[] secret = new byte[SECRET_BYTES];
        SecureRandom random = new SecureRandom();
        random.nextBytes(pseudonym);
        random.nextBytes(secret);
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into subject (name, pseudonym, secret) values (?, ?, ?)"
                                + " on conflict (name) do nothing")) {
            insert.setString(1, name);
            insert.setString(2, "s-" + HexFormat.of().formatHex(pseudonym));
            insert.setBytes(3, secret);
            insert.executeUpdate();
        }
        return find(connection, name)
                .orElseThrow(() -> new SQLException("subject was just inserted"));
    }

    static Optional<Subject> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select name, pseudonym, secret from subject where name = ?")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Subject(row.getString(1), row.getString(2), row.getBytes(3)))
                        : Optional.empty();
            }
        }
    }

    /** Nobody is called that any more. */
    static void forget(Connection connection, String name) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from subject where name = ?")) {
            delete.setString(1, name);
            delete.executeUpdate();
        }
    }

    /** Removes the trades that bear a pseudonym, by the one way that the database allows. */
    static long eraseTrades(Connection connection, String pseudonym) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select erase_trades(?)")) {
            select.setString(1, pseudonym);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
