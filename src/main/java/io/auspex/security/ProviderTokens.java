package io.auspex.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;

/**
 * Checks bearer tokens of one OpenID Connect provider (RFC 7519, verified by jose4j): signature by
 * an asymmetric algorithm with a key of the provider, issuer, audience, expiry, subject. One that
 * was good is believed for a while, at most until it expires, since checking one costs more than
 * scoring a model.
 */
final class ProviderTokens {

    private static final AlgorithmConstraints ALGORITHMS =
            new AlgorithmConstraints(
                    AlgorithmConstraints.ConstraintType.PERMIT,
                    AlgorithmIdentifiers.RSA_USING_SHA256,
                    AlgorithmIdentifiers.RSA_USING_SHA384,
                    AlgorithmIdentifiers.RSA_USING_SHA512,
                    AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
                    AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
                    AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384);

    private static final int MAX_SUBJECT_CHARS = 200;

    private final ProviderKeys keys;
    private final String issuer;
    private final String audience;
    private final String[] rolesClaim;
    private final String rolePrefix;
    private final Duration clockSkew;
    private final RateLimits limits;
    private final Cache<ByteBuffer, Credential> believed;

    private ProviderTokens(
            SecurityConfig config, String issuer, String audience, RateLimits limits) {
        SecurityConfig.Oidc oidc = config.oidc();
        this.issuer = issuer;
        this.audience = audience;
        this.keys = new ProviderKeys(issuer, oidc.jwksUrl().map(URI::create));
        this.rolesClaim = oidc.rolesClaim().split("/");
        this.rolePrefix = oidc.rolePrefix();
        this.clockSkew = oidc.clockSkew();
        this.limits = limits;
        this.believed =
                Caffeine.newBuilder()
                        .maximumSize(config.maxRemembered())
                        .expireAfterWrite(oidc.cache())
                        .build();
    }

    /**
     * What the settings say; empty without an issuer.
     *
     * @throws IllegalArgumentException when there is an issuer without an audience: any token of
     *     the provider, made for whatever program, would open the service
     */
    static Optional<ProviderTokens> of(SecurityConfig config, RateLimits limits) {
        Optional<String> issuer = config.oidc().issuer().filter(text -> !text.isBlank());
        if (issuer.isEmpty()) {
            return Optional.empty();
        }
        String audience =
                config.oidc()
                        .audience()
                        .filter(text -> !text.isBlank())
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "auspex.security.oidc.issuer is set, and"
                                                + " auspex.security.oidc.audience is not: name"
                                                + " what tokens must be made for"));
        return Optional.of(new ProviderTokens(config, issuer.get(), audience, limits));
    }

    /** Fetches the provider's keys, now and then. */
    void refreshSoon() {
        keys.fetchSoon();
    }

    /**
     * @param digest SHA-256 of the token
     */
    Authentication check(String token, byte[] digest, Instant now) {
        ByteBuffer key = ByteBuffer.wrap(digest);
        Credential known = believed.getIfPresent(key);
        if (known != null) {
            Instant end = known.caller().expiresAt();
            return end == null || now.isBefore(end)
                    ? new Authentication.Known(known)
                    : new Authentication.Refused("the token has expired");
        }
        List<JsonWebKey> current = keys.keys();
        try {
            JwtClaims claims = consumer(current, now).processToClaims(token);
            Optional<Role> role = role(claims);
            if (role.isEmpty()) {
                return new Authentication.Refused(
                        "the token has none of the roles "
                                + rolePrefix
                                + "viewer, -trader, -operator, -admin");
            }
            Credential credential = credential(claims, role.get());
            believed.put(key, credential);
            return new Authentication.Known(credential);
        } catch (InvalidJwtException invalid) {
            return refused(token, invalid, current);
        } catch (MalformedClaimException odd) {
            return new Authentication.Refused("the token's claims are not of their types");
        }
    }

    private Credential credential(JwtClaims claims, Role role) throws MalformedClaimException {
        String subject = claims.getSubject();
        if (subject.length() > MAX_SUBJECT_CHARS) {
            subject = subject.substring(0, MAX_SUBJECT_CHARS);
        }
        NumericDate end = claims.getExpirationTime();
        return new Credential(
                new Caller(
                        subject,
                        null,
                        Caller.OIDC,
                        role,
                        Instant.ofEpochMilli(end.getValueInMillis()).plus(clockSkew)),
                limits.key("oidc:" + subject),
                new KeyActivity());
    }

    private Authentication refused(
            String token, InvalidJwtException invalid, List<JsonWebKey> current) {
        if (invalid.hasExpired()) {
            return new Authentication.Refused("the token has expired");
        }
        // Anybody can send anything: only what names a key that is not known is worth a look.
        if (namesUnknownKey(token, current)) {
            if (keys.fetchSoon()) {
                return new Authentication.NotReady(
                        "the identity provider's keys are being fetched");
            }
            if (current.isEmpty()) {
                return new Authentication.NotReady("the identity provider's keys cannot be had");
            }
        }
        return new Authentication.Refused("the token is not valid here");
    }

    private static boolean namesUnknownKey(String token, List<JsonWebKey> known) {
        try {
            JsonWebSignature signed = new JsonWebSignature();
            signed.setCompactSerialization(token);
            String id = signed.getKeyIdHeaderValue();
            return known.isEmpty()
                    || (id != null && known.stream().noneMatch(key -> id.equals(key.getKeyId())));
        } catch (JoseException noToken) {
            return false;
        }
    }

    private JwtConsumer consumer(List<JsonWebKey> current, Instant now) {
        // Made for each token: the time is part of it, and what it costs is nothing beside a
        // signature.
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(ALGORITHMS)
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(current))
                .setExpectedIssuer(issuer)
                .setExpectedAudience(audience)
                .setRequireExpirationTime()
                .setRequireSubject()
                .setAllowedClockSkewInSeconds((int) clockSkew.toSeconds())
                .setEvaluationTime(NumericDate.fromMilliseconds(now.toEpochMilli()))
                .build();
    }

    /** The highest of those it names. */
    private Optional<Role> role(JwtClaims claims) {
        Object value = claims.getClaimsMap();
        for (String step : rolesClaim) {
            value = value instanceof Map<?, ?> object ? object.get(step) : null;
        }
        Collection<?> names =
                switch (value) {
                    case Collection<?> many -> many;
                    case String text -> List.of(text.split(" "));
                    case null, default -> List.of();
                };
        return names.stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .filter(name -> name.startsWith(rolePrefix))
                .flatMap(name -> Role.of(name.substring(rolePrefix.length())).stream())
                .max(Role::compareTo);
    }
}
