package io.auspex.security;

import java.time.Instant;

/**
 * What may be known of a secret.
 *
 * @param keyId of the key of the environment that it is encrypted with
 */
public record SecretName(String name, String keyId, Instant updatedAt) {}
