package io.auspex.security;

import org.jspecify.annotations.Nullable;

/**
 * What a line of the table says of a route.
 *
 * @param template the path with its parameters in braces, {@code /api/models/{name}}
 * @param role who may call it at least; null for everyone, with credentials or without
 * @param action what the audit log calls it; null when it changes nothing
 * @param isStream whether it is a WebSocket, which may bring its credentials in a message
 */
public record Access(
        String template, @Nullable Role role, @Nullable String action, boolean isStream) {

    /** Whether nobody has to say who they are. */
    public boolean isPublic() {
        return role == null;
    }

    /** Whether a role is enough. */
    public boolean allows(Role caller) {
        return role == null || caller.includes(role);
    }
}
