package io.auspex.security;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who has said who they are, and was believed.
 *
 * @param subject on whose behalf: a person or a program
 * @param pseudonym what the subject is called where it must not be named; null when it has to be
 *     looked up first
 * @param via id of the key, {@value #OIDC}, or {@value #NOBODY}
 * @param expiresAt until when the credentials are good; null for ever
 */
public record Caller(
        String subject,
        @Nullable String pseudonym,
        String via,
        Role role,
        @Nullable Instant expiresAt) {

    /** Came with a token of the identity provider. */
    public static final String OIDC = "oidc";

    /** The key of the environment. */
    public static final String ENVIRONMENT = "environment";

    /** Came without credentials. */
    public static final String NOBODY = "none";

    /** Whoever calls an open service. */
    public static final Caller ANYBODY =
            new Caller("anonymous", "anonymous", NOBODY, Role.ADMIN, null);

    /** Whether this is somebody in particular. */
    public boolean isKnown() {
        return !via.equals(NOBODY);
    }
}
