package io.auspex.security;

import io.auspex.platform.Failure;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keys in PostgreSQL. What it changes it changes within the caller's transaction. */
final class KeyStore {

    private static final String COLUMNS =
            "id, name, role, subject, replaces, created_at, expires_at, revoked_at, last_used_at";

    private final SecureRandom random = new SecureRandom();

    /** A key with what only its checking needs. */
    record Stored(ApiKey key, byte[] digest, String pseudonym) {}

    /**
     * Makes a key.
     *
     * @throws Failure CONFLICT {@code too-many-keys}
     */
    IssuedKey create(Connection connection, NewKey key, @Nullable String replaces, int maxKeys)
            throws SQLException {
        Subjects.of(connection, key.subject());
        requireRoom(connection, maxKeys);
        KeyToken token = KeyToken.generate(random);
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into api_key (id, name, role, subject, digest, replaces, expires_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?) returning "
                                + COLUMNS)) {
            insert.setString(1, token.id());
            insert.setString(2, key.name());
            insert.setString(3, key.role().name());
            insert.setString(4, key.subject());
            insert.setBytes(5, token.digest());
            insert.setString(6, replaces);
            insert.setObject(7, time(key.expiresAt()));
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return new IssuedKey(key(row), token.text());
            }
        }
    }

    private static void requireRoom(Connection connection, int maxKeys) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement("select count(*) from api_key");
                ResultSet row = count.executeQuery()) {
            row.next();
            if (row.getInt(1) >= maxKeys) {
                throw new Failure(
                        Failure.Category.CONFLICT,
                        "too-many-keys",
                        "there are "
                                + maxKeys
                                + " keys; delete old ones, or raise auspex.security.max-keys");
            }
        }
    }

    List<ApiKey> keys(Connection connection) throws SQLException {
        return stored(connection).stream().map(Stored::key).toList();
    }

    List<Stored> stored(Connection connection) throws SQLException {
        List<Stored> keys = new ArrayList<>();
        try (PreparedStatement select =
                        connection.prepareStatement(
                                "select k.*, s.pseudonym from api_key k"
                                        + " join subject s on s.name = k.subject"
                                        + " order by k.created_at desc, k.id");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                keys.add(new Stored(key(row), row.getBytes("digest"), row.getString("pseudonym")));
            }
        }
        return keys;
    }

    Optional<ApiKey> find(Connection connection, String id) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select " + COLUMNS + " from api_key where id = ? for update")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(key(row)) : Optional.empty();
            }
        }
    }

    /** It opens nothing any more. Revoking it again changes nothing. */
    ApiKey revoke(Connection connection, ApiKey key, Instant now) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update api_key set revoked_at = coalesce(revoked_at, ?) where id = ?"
                                + " returning "
                                + COLUMNS)) {
            update.setObject(1, time(now));
            update.setString(2, key.id());
            try (ResultSet row = update.executeQuery()) {
                row.next();
                return key(row);
            }
        }
    }

    /**
     * Another key in place of one, which goes on for a while, so that nobody has to change all
     * programs in one moment.
     *
     * @throws Failure CONFLICT {@code key-not-usable}
     */
    IssuedKey rotate(Connection connection, ApiKey old, Duration overlap, Instant now, int maxKeys)
            throws SQLException {
        if (!old.isUsable(now)) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "key-not-usable",
                    "key " + old.id() + " is revoked or has expired; make a new one");
        }
        Instant end = now.plus(overlap);
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update api_key set expires_at = least(expires_at, ?) where id = ?")) {
            update.setObject(1, time(end));
            update.setString(2, old.id());
            update.executeUpdate();
        }
        // As long as the old one was made for, from now on.
        Instant expiry =
                old.expiresAt() == null
                        ? null
                        : now.plus(Duration.between(old.createdAt(), old.expiresAt()));
        return create(
                connection,
                new NewKey(old.name(), old.role(), old.subject(), expiry),
                old.id(),
                maxKeys);
    }

    void used(Connection connection, String id, Instant at) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update api_key set last_used_at = ? where id = ?")) {
            update.setObject(1, time(at));
            update.setString(2, id);
            update.executeUpdate();
        }
    }

    int delete(Connection connection, String subject) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from api_key where subject = ?")) {
            delete.setString(1, subject);
            return delete.executeUpdate();
        }
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        return new ApiKey(
                row.getString("id"),
                row.getString("name"),
                Role.valueOf(row.getString("role")),
                row.getString("subject"),
                row.getString("replaces"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "expires_at"),
                instant(row, "revoked_at"),
                instant(row, "last_used_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
