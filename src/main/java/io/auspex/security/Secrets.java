package io.auspex.security;

import io.auspex.platform.Failure;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Secrets of others that Auspex has to know: keys of exchanges, tokens of bots, webhooks, keys of
 * language models. Whoever needs one asks for its value by name; nobody else ever sees it.
 * Blocking.
 */
@ApplicationScoped
public class Secrets {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private final Connections connections;
    private final SecretBox box;
    private final SecretsConfig config;
    private final InstantSource clock;

    @Inject
    Secrets(ServiceConnections connections, SecretsConfig config, InstantSource clock) {
        this((Connections) connections, config, clock);
    }

    Secrets(Connections connections, SecretsConfig config, InstantSource clock) {
        this.connections = connections;
        this.config = config;
        this.clock = clock;
        try {
            this.box = SecretBox.of(config.key(), List.of(config.oldKeys().orElse("").split(",")));
        } catch (IllegalArgumentException invalid) {
            throw new ConfigurationException(String.valueOf(invalid.getMessage()));
        }
    }

    /** The names of all, never values. */
    public List<SecretName> names() {
        return connections.transaction(SecretStore::names);
    }

    /**
     * The value of a secret; empty when there is none of that name.
     *
     * @throws Failure when it cannot be read with the keys that are configured
     */
    public Optional<String> value(String name) {
        return connections
                .transaction(connection -> SecretStore.find(connection, name))
                .map(box::open);
    }

    /**
     * Stores a value under a name, in place of the one that is there.
     *
     * @throws Failure INVALID {@code invalid-secret}, CONFLICT {@code no-secrets-key}, {@code
     *     too-many-secrets}
     */
    public void set(String name, String value, Keys.By by) {
        requireName(name);
        if (value.isEmpty() || value.length() > config.maxChars()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-secret",
                    "a secret has 1 to " + config.maxChars() + " characters");
        }
        SecretBox.Sealed secret = box.seal(name, value);
        connections.transaction(connection -> {
            SecretStore.put(connection, secret, config.maxSecrets());
            audit(connection, by, "secret.set", name);
            return name;
        });
    }

    /**
     * Forgets a secret.
     *
     * @throws Failure NOT_FOUND {@code no-such-secret}
     */
    public void delete(String name, Keys.By by) {
        requireName(name);
        connections.transaction(connection -> {
            if (!SecretStore.delete(connection, name)) {
                throw new Failure(
                        Failure.Category.NOT_FOUND,
                        "no-such-secret",
                        "there is no secret '" + name + "'");
            }
            audit(connection, by, "secret.delete", name);
            return name;
        });
    }

    /**
     * Encrypts again, with the current key, whatever was encrypted with one from before: all or
     * none.
     *
     * @return how many those were
     * @throws Failure CONFLICT {@code no-secrets-key}, {@code secrets-key-missing}
     */
    public int rotate(Keys.By by) {
        return connections.transaction(connection -> {
            int rotated = SecretStore.rotate(connection, box, config.maxSecrets());
            audit(connection, by, "secret.rotate", "*");
            return rotated;
        });
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-secret",
                    "a name has 1 to 64 lower-case letters, digits, dots, dashes, underscores");
        }
    }

    private void audit(Connection connection, Keys.By by, String action, String name)
            throws SQLException {
        AuditLog.append(
                connection,
                new AuditedCall(
                        clock.instant(),
                        by.caller(),
                        by.address(),
                        action,
                        "/api/secrets/" + name,
                        "done",
                        ""));
    }
}
