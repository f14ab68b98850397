package io.auspex.api.stream;

import io.netty.channel.Channel;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Remembers the socket of each connection from its upgrade on. A polite close waits behind what was
 * written before, for ever when the other side does not read; only the socket itself can be closed
 * then, and websockets-next does not give it.
 */
@ApplicationScoped
class StreamSockets implements HttpUpgradeCheck {

    private static final UserData.TypedKey<Channel> SOCKET =
            new UserData.TypedKey<>("auspex.stream.socket");

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
        if (upgrade.httpRequest().connection() instanceof ConnectionBase connection) {
            upgrade.userData().put(SOCKET, connection.channel());
        }
        return CheckResult.permitUpgrade();
    }

    /** The socket of a connection; empty when Vert.x made it in an unknown way. */
    static Optional<Channel> of(WebSocketConnection connection) {
        return Optional.ofNullable(connection.userData().get(SOCKET));
    }
}
