package io.auspex.security;

import io.auspex.platform.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Secrets in PostgreSQL, encrypted. */
final class SecretStore {

    private SecretStore() {}

    static List<SecretName> names(Connection connection) throws SQLException {
        List<SecretName> names = new ArrayList<>();
        try (PreparedStatement select =
                        connection.prepareStatement(
                                "select name, key_id, updated_at from secret order by name");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                Instant at = row.getObject(3, OffsetDateTime.class).toInstant();
                names.add(new SecretName(row.getString(1), row.getString(2), at));
            }
        }
        return names;
    }

    static Optional<SecretBox.Sealed> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select name, key_id, nonce, ciphertext from secret where name = ?"
                                + " for update")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new SecretBox.Sealed(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getBytes(3),
                                        row.getBytes(4)))
                        : Optional.empty();
            }
        }
    }

    static void put(Connection connection, SecretBox.Sealed secret, int maxSecrets)
            throws SQLException {
        try (PreparedStatement count =
                connection.prepareStatement("select count(*) from secret where name <> ?")) {
            count.setString(1, secret.name());
            try (ResultSet row = count.executeQuery()) {
                row.next();
                if (row.getInt(1) >= maxSecrets) {
                    throw new Failure(
                            Failure.Category.CONFLICT,
                            "too-many-secrets",
                            "there are " + maxSecrets + " secrets; delete one first");
                }
            }
        }
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into secret (name, key_id, nonce, ciphertext) values (?, ?, ?, ?)"
                                + " on conflict (name) do update set key_id = excluded.key_id,"
                                + " nonce = excluded.nonce, ciphertext = excluded.ciphertext,"
                                + " updated_at = clock_timestamp()")) {
            insert.setString(1, secret.name());
            insert.setString(2, secret.keyId());
            insert.setBytes(3, secret.nonce());
            insert.setBytes(4, secret.ciphertext());
            insert.executeUpdate();
        }
    }

    static boolean delete(Connection connection, String name) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from secret where name = ?")) {
            delete.setString(1, name);
            return delete.executeUpdate() > 0;
        }
    }

    /** Encrypts again what is not under the current key; how many that were. */
    static int rotate(Connection connection, SecretBox box, int maxSecrets) throws SQLException {
        int rotated = 0;
        for (SecretName name : names(connection)) {
            if (!box.currentId().equals(Optional.of(name.keyId()))) {
                Optional<SecretBox.Sealed> old = find(connection, name.name());
                if (old.isPresent()) {
                    put(connection, box.seal(name.name(), box.open(old.get())), maxSecrets);
                    rotated++;
                }
            }
        }
        return rotated;
    }
}
