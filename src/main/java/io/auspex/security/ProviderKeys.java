package io.auspex.security;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;

/**
 * The public keys of the identity provider, fetched on a virtual thread, now and then and when a
 * token names a key that is not known; at most once in {@value #PAUSE_SECONDS} seconds, whatever
 * tokens come.
 */
final class ProviderKeys {

    private static final Logger LOG = Logger.getLogger(ProviderKeys.class);
    private static final int PAUSE_SECONDS = 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 1024 * 1024;
    private static final int OK = 200;

    private final String issuer;
    private final Optional<URI> jwksUrl;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final AtomicBoolean fetching = new AtomicBoolean();
    private final AtomicLong lastNanos;
    private volatile List<JsonWebKey> keys = List.of();

    ProviderKeys(String issuer, Optional<URI> jwksUrl) {
        this.issuer = issuer;
        this.jwksUrl = jwksUrl;
        this.lastNanos =
                new AtomicLong(System.nanoTime() - Duration.ofSeconds(PAUSE_SECONDS).toNanos());
    }

    /** Those known. */
    List<JsonWebKey> keys() {
        return keys;
    }

    /**
     * Begins to fetch them, unless that was done a moment ago.
     *
     * @return whether they are on their way
     */
    boolean fetchSoon() {
        long now = System.nanoTime();
        if (now - lastNanos.get() < Duration.ofSeconds(PAUSE_SECONDS).toNanos()) {
            return fetching.get();
        }
        if (fetching.compareAndSet(false, true)) {
            lastNanos.set(now);
            Thread.ofVirtual().name("provider-keys").start(this::fetch);
        }
        return true;
    }

    private void fetch() {
        try {
            URI url = jwksUrl.isPresent() ? jwksUrl.get() : discovered();
            keys = List.copyOf(new JsonWebKeySet(get(url)).getJsonWebKeys());
            LOG.debugf("%d keys of %s", keys.size(), issuer);
        } catch (IOException | JoseException | IllegalArgumentException failure) {
            LOG.warnf("the keys of %s cannot be read: %s", issuer, failure.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            fetching.set(false);
        }
    }

    /** OpenID Connect Discovery 1.0, section 4. */
    private URI discovered() throws IOException, InterruptedException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        JsonNode document =
                Json.mapper().readTree(get(URI.create(base + "/.well-known/openid-configuration")));
        if (!issuer.equals(document.path("issuer").asText())) {
            throw new IOException("its document is of issuer " + document.path("issuer"));
        }
        return URI.create(document.path("jwks_uri").asText());
    }

    private String get(URI url) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(url).timeout(TIMEOUT).build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != OK || answer.body().length() > MAX_BYTES) {
            throw new IOException(url + " answers " + answer.statusCode());
        }
        return answer.body();
    }
}
