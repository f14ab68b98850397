package io.auspex.api.guard;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A service whose callers have to say who they are, and whose limits are short. */
public final class SecuredProfile implements QuarkusTestProfile {

    static final String ADMIN = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static final String ORIGIN = "https://console.example";
    static final int REQUESTS_PER_SECOND = 150;
    static final int STREAM_CONNECTIONS = 12;

    @Override
    public Map<String, String> getConfigOverrides() {
        IdentityProvider provider = IdentityProvider.running();
        return Map.ofEntries(
                Map.entry("auspex.security", "on"),
                Map.entry("auspex.security.admin-key", ADMIN),
                Map.entry("auspex.security.origins", ORIGIN),
                Map.entry(
                        "auspex.security.requests-per-second",
                        Integer.toString(REQUESTS_PER_SECOND)),
                Map.entry("auspex.security.anonymous-per-second", "1000"),
                Map.entry("auspex.stream.max-connections", Integer.toString(STREAM_CONNECTIONS)),
                Map.entry("auspex.security.stream-deadline", "1s"),
                Map.entry("auspex.security.head-timeout", "1s"),
                Map.entry("auspex.security.body-grace", "1s"),
                Map.entry("auspex.security.body-bytes-per-second", "10000"),
                Map.entry("auspex.security.oidc.issuer", provider.issuer()),
                Map.entry("auspex.security.oidc.audience", IdentityProvider.AUDIENCE),
                Map.entry("auspex.security.oidc.clock-skew", "0s"),
                Map.entry("auspex.secrets.key", "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
    }
}
