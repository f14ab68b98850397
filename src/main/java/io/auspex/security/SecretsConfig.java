package io.auspex.security;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The keys that secrets are encrypted with, which the database never sees. */
@ConfigMapping(prefix = "auspex.secrets")
interface SecretsConfig {

    /** {@code <id>:<32 bytes in base64>}: what secrets are encrypted with. */
    Optional<String> key();

    /**
     * Keys from before, in the same form, joined by commas: what secrets can still be read with.
     */
    Optional<String> oldKeys();

    /** Characters of a secret. */
    @WithDefault("8192")
    int maxChars();

    /** Secrets that there may be. */
    @WithDefault("1000")
    int maxSecrets();
}
