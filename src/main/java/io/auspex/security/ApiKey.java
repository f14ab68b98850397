package io.auspex.security;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key as it may be shown: everything but the key.
 *
 * @param id what its text begins with
 * @param subject on whose behalf it is used
 * @param replaces the key that this one takes over from
 * @param expiresAt null for never
 * @param lastUsedAt to the minute
 */
public record ApiKey(
        String id,
        String name,
        Role role,
        String subject,
        @Nullable String replaces,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {

    /** Whether it opens anything now. */
    public boolean isUsable(Instant now) {
        return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }
}
