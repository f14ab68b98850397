package io.auspex.security;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who somebody is. Never blocks and asks no database: keys are in {@link KeyRing}, tokens
 * are checked by signature. Thread-safe.
 */
@ApplicationScoped
public class Authenticator {

    private static final String SCHEME = "Bearer ";
    private static final int MAX_CHARS = 8_192;

    private final KeyRing ring;
    private final Optional<ProviderTokens> tokens;
    private final InstantSource clock;
    private final byte @Nullable [] adminDigest;
    private final Credential admin;

    Authenticator(KeyRing ring, RateLimits limits, SecurityConfig config, InstantSource clock) {
        this.ring = ring;
        this.clock = clock;
        this.tokens = ProviderTokens.of(config, limits);
        this.adminDigest =
                config.adminKey()
                        .filter(text -> !text.isBlank())
                        .map(KeyToken::digest)
                        .orElse(null);
        this.admin =
                new Credential(
                        new Caller(
                                Caller.ENVIRONMENT,
                                Caller.ENVIRONMENT,
                                Caller.ENVIRONMENT,
                                Role.ADMIN,
                                null),
                        limits.key(Caller.ENVIRONMENT),
                        new KeyActivity());
    }

    /** Whether tokens of an identity provider are taken. */
    boolean takesTokens() {
        return tokens.isPresent();
    }

    boolean hasAdminKey() {
        return adminDigest != null;
    }

    void refreshSoon() {
        tokens.ifPresent(ProviderTokens::refreshSoon);
    }

    /**
     * @param authorization the header of that name; null when it was not sent
     */
    public Authentication header(@Nullable String authorization) {
        if (authorization == null) {
            return new Authentication.Anonymous();
        }
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return new Authentication.Refused("send Authorization: Bearer <key or token>");
        }
        return token(authorization.substring(SCHEME.length()).strip());
    }

    /** A key or a token itself. */
    public Authentication token(String token) {
        if (token.isEmpty() || token.length() > MAX_CHARS) {
            return new Authentication.Refused("a key or token has 1 to 8192 characters");
        }
        Instant now = clock.instant();
        byte[] digest = KeyToken.digest(token);
        Optional<String> id = KeyToken.id(token);
        if (id.isPresent()) {
            return ring.check(id.get(), digest, now);
        }
        if (adminDigest != null && MessageDigest.isEqual(adminDigest, digest)) {
            return new Authentication.Known(admin);
        }
        return tokens.isPresent()
                ? tokens.get().check(token, digest, now)
                : new Authentication.Refused("there is no such key");
    }

    /** Whether what was good when a caller came is good still. */
    boolean isStillGood(Caller caller) {
        Instant now = clock.instant();
        Instant end = caller.expiresAt();
        if (end != null && !now.isBefore(end)) {
            return false;
        }
        return switch (caller.via()) {
            case Caller.OIDC, Caller.ENVIRONMENT, Caller.NOBODY -> true;
            default -> ring.key(caller.via()).filter(key -> key.isUsable(now)).isPresent();
        };
    }
}
