package io.auspex.security;

import io.auspex.platform.Failure;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Makes, rotates and revokes keys; each with its entry in the audit log, in one transaction.
 * Blocking: call it from a virtual thread.
 */
@ApplicationScoped
public class Keys {

    private final Connections connections;
    private final KeyStore store = new KeyStore();
    private final KeyRing ring;
    private final int maxKeys;
    private final InstantSource clock;

    Keys(ServiceConnections connections, KeyRing ring, SecurityConfig config, InstantSource clock) {
        this.connections = connections;
        this.ring = ring;
        this.maxKeys = config.maxKeys();
        this.clock = clock;
    }

    /** Who asks for a change, from where. */
    public record By(Caller caller, String address) {}

    /** All keys, the newest first. */
    public List<ApiKey> keys() {
        return connections.transaction(store::keys);
    }

    /**
     * Makes a key.
     *
     * @throws Failure CONFLICT {@code too-many-keys}
     */
    public IssuedKey create(NewKey key, By by) {
        return changing(connection -> create(connection, key, maxKeys, store, clock, by));
    }

    static IssuedKey create(
            Connection connection,
            NewKey key,
            int maxKeys,
            KeyStore store,
            InstantSource clock,
            By by)
            throws SQLException {
        IssuedKey issued = store.create(connection, key, null, maxKeys);
        audit(connection, clock, by, "key.create", issued.key().id(), "role " + key.role().text());
        return issued;
    }

    /**
     * Another key in place of one, which goes on for the overlap.
     *
     * @throws Failure NOT_FOUND {@code no-such-key}, CONFLICT {@code key-not-usable}
     */
    public IssuedKey rotate(String id, Duration overlap, By by) {
        return changing(connection -> rotate(connection, id, overlap, maxKeys, store, clock, by));
    }

    static IssuedKey rotate(
            Connection connection,
            String id,
            Duration overlap,
            int maxKeys,
            KeyStore store,
            InstantSource clock,
            By by)
            throws SQLException {
        ApiKey old = require(connection, store, id);
        Instant now = clock.instant();
        IssuedKey issued = store.rotate(connection, old, overlap, now, maxKeys);
        audit(
                connection,
                clock,
                by,
                "key.rotate",
                id,
                "to " + issued.key().id() + ", overlap " + overlap);
        return issued;
    }

    /**
     * A key opens nothing any more.
     *
     * @throws Failure NOT_FOUND {@code no-such-key}
     */
    public ApiKey revoke(String id, By by) {
        return changing(connection -> revoke(connection, id, store, clock, by));
    }

    static ApiKey revoke(
            Connection connection, String id, KeyStore store, InstantSource clock, By by)
            throws SQLException {
        ApiKey revoked = store.revoke(connection, require(connection, store, id), clock.instant());
        audit(connection, clock, by, "key.revoke", id, "role " + revoked.role().text());
        return revoked;
    }

    private <T> T changing(Connections.Work<T> work) {
        T result = connections.transaction(work);
        ring.refresh();
        return result;
    }

    private static ApiKey require(Connection connection, KeyStore store, String id)
            throws SQLException {
        return store.find(connection, id)
                .orElseThrow(() ->
                        new Failure(
                                Failure.Category.NOT_FOUND,
                                "no-such-key",
                                "there is no key " + id));
    }

    private static void audit(
            Connection connection,
            InstantSource clock,
            By by,
            String action,
            String id,
            String detail)
            throws SQLException {
        AuditLog.append(
                connection,
                new AuditedCall(
                        clock.instant(),
                        by.caller(),
                        by.address(),
                        action,
                        "/api/keys/" + id,
                        "done",
                        detail));
    }
}
