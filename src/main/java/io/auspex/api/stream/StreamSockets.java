package io.auspex.api.stream;

import io.netty.channel.Channel;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;

/**
 * Remembers the socket of each connection from its upgrade on: what is sent to many goes there
 * directly, and a connection whose other side does not read can only be ended there.
 * websockets-next does not give it.
 */
@ApplicationScoped
class StreamSockets implements HttpUpgradeCheck {

    private static final UserData.TypedKey<Channel> SOCKET =
            new UserData.TypedKey<>("auspex.stream.socket");

    private static final int NOT_IMPLEMENTED = 501;

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
        if (upgrade.httpRequest().connection() instanceof ConnectionBase connection) {
            upgrade.userData().put(SOCKET, connection.channel());
            UpgradedRequest.isOver(upgrade.httpRequest());
            return CheckResult.permitUpgrade();
        }
        return CheckResult.rejectUpgrade(NOT_IMPLEMENTED);
    }

    /** The socket of a connection. */
    static Channel of(WebSocketConnection connection) {
        return Objects.requireNonNull(connection.userData().get(SOCKET), "upgrades are checked");
    }
}
