package io.auspex.security;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Something that was done, or tried.
 *
 * @param at to the microsecond, which is what the database keeps
 * @param actor pseudonym of the subject; {@code anonymous}, or {@code auspex} for what it did
 *     itself
 * @param via id of the key, {@code oidc}, {@code environment}, or {@code none}
 * @param role of the actor then
 * @param origin address, encrypted for its subject when there is one
 * @param action of the table of routes, such as {@code refit.request}
 * @param target the path
 * @param outcome status of HTTP, {@code grpc-<code>}, or what else became of it
 * @param detail more about it, without names of people
 */
record AuditEntry(
        Instant at,
        String actor,
        String via,
        String role,
        String origin,
        String action,
        String target,
        String outcome,
        String detail) {

    private static final int MAX_CHARS = 1_000;

    AuditEntry {
        at = at.truncatedTo(ChronoUnit.MICROS);
        origin = bounded(origin);
        target = bounded(target);
        detail = bounded(detail);
    }

    /** The same with more about it. */
    AuditEntry with(String more) {
        return new AuditEntry(at, actor, via, role, origin, action, target, outcome, more);
    }

    /** Without what PostgreSQL cannot store, and not without end. */
    private static String bounded(String text) {
        String clean = text.replace('\0', ' ');
        return clean.length() <= MAX_CHARS ? clean : clean.substring(0, MAX_CHARS);
    }
}
