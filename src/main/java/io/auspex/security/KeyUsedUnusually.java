package io.auspex.security;

import java.time.Instant;

/**
 * A key was used as it usually is not: news for whoever wants to hear.
 *
 * @param rule {@code refusals}, {@code rate} or {@code hours}
 */
public record KeyUsedUnusually(String keyId, String rule, String detail, Instant at) {}
