/**
 * Owns the door: what every request has to pass before anything of it is read but its head.
 *
 * <p>One flow: {@link io.auspex.api.guard.Guard} looks the path up in {@link
 * io.auspex.security.AccessTable}, the caller in {@link io.auspex.security.Authenticator}, takes
 * one from the caller's rate, and lets the request go on; of a call that changes something it tells
 * {@link io.auspex.security.AuditLog} how it ended. And how they leave: {@link
 * io.auspex.api.guard.Drain} waits for them before the end.
 *
 * <p>May import security and platform; {@link io.auspex.api.problem} it shares.
 */
@NullMarked
package io.auspex.api.guard;

import org.jspecify.annotations.NullMarked;
