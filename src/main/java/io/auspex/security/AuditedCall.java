package io.auspex.security;

import java.time.Instant;

/**
 * Something that was done, before it is an entry of the log: its actor still has a name.
 *
 * @param address from where; {@code local} for a command
 * @param outcome status of HTTP, {@code grpc-<code>}, or what else became of it
 */
public record AuditedCall(
        Instant at,
        Caller caller,
        String address,
        String action,
        String target,
        String outcome,
        String detail) {

    /** Where commands come from. */
    static final String LOCAL = "local";
}
