package io.auspex.security;

import io.quarkus.websockets.next.UserData;
import org.jspecify.annotations.Nullable;

/** What the handshake of a WebSocket has found out, kept with the connection. */
public final class StreamCaller {

    private static final UserData.TypedKey<Caller> CALLER =
            new UserData.TypedKey<>("auspex.stream.caller");
    private static final UserData.TypedKey<String> ADDRESS =
            new UserData.TypedKey<>("auspex.stream.address");

    private StreamCaller() {}

    public static void put(UserData data, Caller caller) {
        data.put(CALLER, caller);
    }

    public static void putAddress(UserData data, String address) {
        data.put(ADDRESS, address);
    }

    /** Who it is; null when the handshake did not say. */
    public static @Nullable Caller get(UserData data) {
        return data.get(CALLER);
    }

    public static String address(UserData data) {
        String address = data.get(ADDRESS);
        return address == null ? "unknown" : address;
    }
}
