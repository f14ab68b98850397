package io.auspex.api.stream;

import io.auspex.security.Authentication;
import io.auspex.security.Caller;
import io.auspex.security.Credential;
import io.auspex.security.Listeners;
import io.quarkus.websockets.next.HandshakeRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * The stream for those who have said who they are, in the handshake or in a message, as long as
 * their key or token is good; for everyone on an open service.
 */
@ApplicationScoped
class GuardedStream implements StreamAccess {

    private final Listeners listeners;

    GuardedStream(Listeners listeners) {
        this.listeners = listeners;
    }

    @Override
    public Standing connected(HandshakeRequest handshake) {
        if (listeners.isOpen()) {
            return new Standing.Admitted(_ -> true);
        }
        return standing(
                listeners.handshake(
                        handshake.header("Authorization"),
                        handshake.header(HandshakeRequest.SEC_WEBSOCKET_PROTOCOL)));
    }

    @Override
    public Uni<Standing> authenticate(String token) {
        return Uni.createFrom()
                .item(
                        listeners.isOpen()
                                ? new Standing.Admitted(_ -> true)
                                : standing(listeners.message(token)));
    }

    private Standing standing(Authentication found) {
        return switch (found) {
            case Authentication.Known(Credential credential) -> {
                Caller caller = credential.caller();
                yield new Standing.Admitted(
                        topic -> listeners.mayHear(caller, topic),
                        () -> listeners.isStillGood(caller));
            }
            case Authentication.Anonymous() -> new Standing.Unknown(listeners.deadline());
            case Authentication.NotReady(_) -> new Standing.Unknown(listeners.deadline());
            case Authentication.Refused(String reason) -> new Standing.Refused(reason);
        };
    }
}
