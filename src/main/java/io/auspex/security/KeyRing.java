package io.auspex.security;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Every key in memory, read again every {@code auspex.security.refresh}: a request never asks the
 * database, whoever sends it, and a database that is away locks nobody out. Revocations and new
 * keys are seen at once in the process that made them, and by the next reading in the others.
 */
@ApplicationScoped
class KeyRing {

    private static final Logger LOG = Logger.getLogger(KeyRing.class);

    private final Connections connections;
    private final KeyStore store = new KeyStore();
    private final RateLimits limits;
    private final Map<String, KeyActivity> activities = new ConcurrentHashMap<>();
    private volatile Map<String, Held> keys = Map.of();
    private volatile boolean stale;

    /** A key with what its use is counted by. */
    record Held(ApiKey key, byte[] digest, Credential credential) {}

    KeyRing(ServiceConnections connections, RateLimits limits) {
        this.connections = connections;
        this.limits = limits;
    }

    /** Reads all keys. Blocks. */
    synchronized void refresh() {
        List<KeyStore.Stored> stored = connections.transaction(store::stored);
        Map<String, Held> read = new HashMap<>();
        for (KeyStore.Stored one : stored) {
            ApiKey key = one.key();
            read.put(
                    key.id(),
                    new Held(
                            key,
                            one.digest(),
                            new Credential(
                                    new Caller(
                                            key.subject(),
                                            one.pseudonym(),
                                            key.id(),
                                            key.role(),
                                            key.expiresAt()),
                                    limits.key(key.id()),
                                    activities.computeIfAbsent(key.id(), _ -> new KeyActivity()))));
        }
        keys = Map.copyOf(read);
        activities.keySet().retainAll(read.keySet());
        if (stale) {
            LOG.info("keys can be read again");
            stale = false;
        }
    }

    /** As {@link #refresh}, and goes on with the keys it knows when that fails. */
    void refreshQuietly() {
        try {
            refresh();
        } catch (RuntimeException away) {
            if (!stale) {
                LOG.warnf("keys cannot be read, those known go on: %s", away.getMessage());
                stale = true;
            }
        }
    }

    /** Whether somebody can get in who can let others in. */
    boolean hasAdmin(Instant now) {
        return keys.values().stream()
                .anyMatch(held -> held.key().role() == Role.ADMIN && held.key().isUsable(now));
    }

    @Nullable Held find(String id) {
        return keys.get(id);
    }

    /** Whose key a text is. */
    Authentication check(String id, byte[] digest, Instant now) {
        Held held = keys.get(id);
        if (held == null || !MessageDigest.isEqual(held.digest(), digest)) {
            return new Authentication.Refused("there is no such key");
        }
        if (held.key().revokedAt() != null) {
            return new Authentication.Refused("the key was revoked");
        }
        if (!held.key().isUsable(now)) {
            return new Authentication.Refused("the key has expired");
        }
        return new Authentication.Known(held.credential());
    }

    /** What was counted, by key. */
    Map<String, KeyActivity> activities() {
        return Map.copyOf(activities);
    }

    Optional<ApiKey> key(String id) {
        return Optional.ofNullable(keys.get(id)).map(Held::key);
    }
}
