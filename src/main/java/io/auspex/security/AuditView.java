package io.auspex.security;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of the audit log as it can be read now.
 *
 * @param actor the pseudonym that stands in the log
 * @param subject whose pseudonym it is; null when that was erased, or was nobody's
 * @param origin the address; null when its subject was erased
 */
public record AuditView(
        long seq,
        Instant at,
        String actor,
        @Nullable String subject,
        String via,
        String role,
        @Nullable String origin,
        String action,
        String target,
        String outcome,
        String detail,
        String hash) {}
