package io.auspex.api.guard;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/**
 * An OpenID Connect provider over HTTP: its document, its public key, and tokens as one wants them.
 */
final class IdentityProvider {

    static final String AUDIENCE = "auspex-test";

    /** Where the other class loader of the tests finds it: there are two, and one provider. */
    private static final String PROPERTY = "test.identity-provider";

    private final String issuer;
    private final RsaJsonWebKey key;
    private final RsaJsonWebKey other;

    private IdentityProvider(String issuer, RsaJsonWebKey key) throws JoseException {
        this.issuer = issuer;
        this.key = key;
        this.other = RsaJwkGenerator.generateJwk(2048);
        this.other.setKeyId(key.getKeyId());
    }

    static synchronized IdentityProvider running() {
        try {
            String known = System.getProperty(PROPERTY);
            if (known != null) {
                int space = known.indexOf(' ');
                return new IdentityProvider(
                        known.substring(0, space),
                        (RsaJsonWebKey) JsonWebKey.Factory.newJwk(known.substring(space + 1)));
            }
            return start();
        } catch (JoseException | IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static IdentityProvider start() throws JoseException, IOException {
        RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("current");
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        answer(
                server,
                "/.well-known/openid-configuration",
                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(issuer, issuer));
        answer(
                server,
                "/keys",
                new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
        server.start();
        System.setProperty(
                PROPERTY, issuer + " " + key.toJson(JsonWebKey.OutputControlLevel.INCLUDE_PRIVATE));
        return new IdentityProvider(issuer, key);
    }

    String issuer() {
        return issuer;
    }

    /** What a good token says. */
    JwtClaims claims(String subject, String... roles) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer());
        claims.setAudience(AUDIENCE);
        claims.setSubject(subject);
        claims.setExpirationTime(NumericDate.fromSeconds(Instant.now().getEpochSecond() + 600));
        claims.setStringListClaim("groups", List.of(roles));
        return claims;
    }

    String token(JwtClaims claims) {
        return signed(claims, key, AlgorithmIdentifiers.RSA_USING_SHA256);
    }

    /** By a key that is not the provider's, though it says so. */
    String forged(JwtClaims claims) {
        return signed(claims, other, AlgorithmIdentifiers.RSA_USING_SHA256);
    }

    /** The public key taken for a shared secret, the oldest trick of all. */
    String signedWithThePublicKey(JwtClaims claims) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKeyIdHeaderValue("current");
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setKey(new HmacKey(key.getRsaPublicKey().getEncoded()));
        return serialized(signature);
    }

    String unsigned(JwtClaims claims) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setAlgorithmConstraints(org.jose4j.jwa.AlgorithmConstraints.ALLOW_ONLY_NONE);
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        return serialized(signature);
    }

    private static String signed(JwtClaims claims, RsaJsonWebKey key, String algorithm) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setAlgorithmHeaderValue(algorithm);
        signature.setKey(key.getPrivateKey());
        return serialized(signature);
    }

    private static String serialized(JsonWebSignature signature) {
        try {
            return signature.getCompactSerialization();
        } catch (JoseException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void answer(HttpServer server, String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext(
                path,
                exchange -> {
                    exchange.getResponseHeaders()
                            .putAll(Map.of("Content-Type", List.of("application/json")));
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
    }
}
