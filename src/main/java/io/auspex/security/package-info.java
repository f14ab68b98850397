/**
 * Owns who may do what: roles, the table of routes, keys and tokens, limits of callers and of
 * connections, the audit log, secrets at rest, and the right to be forgotten. It decides; what asks
 * it are the parts of the API ({@code api.guard} for every request, {@code api.stream} for its
 * connections).
 *
 * <p>One flow: a request's path is looked up in {@link io.auspex.security.AccessTable}, its {@code
 * Authorization} in {@link io.auspex.security.Authenticator}, which knows every key from {@link
 * io.auspex.security.KeyRing} in memory; when the route changes something, {@link
 * io.auspex.security.AuditLog} appends what became of it to a chain of hashes.
 *
 * <p>What is stored goes through JDBC on virtual threads, and not through the reactive client: the
 * same code is the commands {@code ./auspex keys}, {@code audit} and {@code secrets}, which run
 * without the service.
 *
 * <p>May import platform.
 */
@NullMarked
package io.auspex.security;

import org.jspecify.annotations.NullMarked;
