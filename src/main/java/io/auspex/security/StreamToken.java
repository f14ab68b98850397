package io.auspex.security;

import org.jspecify.annotations.Nullable;

/** A token in the list of subprotocols of a WebSocket's handshake. */
final class StreamToken {

    static final String PREFIX = "auspex.token.";

    private StreamToken() {}

    /** Null when there is none. */
    static @Nullable String of(@Nullable String protocols) {
        if (protocols == null) {
            return null;
        }
        for (String protocol : protocols.split(",")) {
            if (protocol.strip().startsWith(PREFIX)) {
                return protocol.strip().substring(PREFIX.length());
            }
        }
        return null;
    }
}
