package io.auspex.api.stream;

import io.quarkus.arc.DefaultBean;
import io.quarkus.websockets.next.HandshakeRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Who may hear what. Without another bean of this type everybody may hear everything. The protocol
 * asks; what a header or a token is worth is not its business.
 */
public interface StreamAccess {

    /** What a fresh connection may do, by its handshake; on the event loop, so without waiting. */
    Standing connected(HandshakeRequest handshake);

    /** What a connection may do that sent {@code {"op":"auth","token":".."}}. */
    Uni<Standing> authenticate(String token);

    /** What a connection may do. */
    sealed interface Standing {

        /**
         * It may subscribe.
         *
         * @param mayHear decides by the name of a topic
         */
        record Admitted(Predicate<String> mayHear) implements Standing {}

        /**
         * It has to send a token first.
         *
         * @param patience after which it is closed with 4401
         */
        record Unknown(Duration patience) implements Standing {}

        /**
         * It is closed with 4401.
         *
         * @param reason one sentence for the client
         */
        record Refused(String reason) implements Standing {}
    }

    /** Everybody may hear everything. */
    @DefaultBean
    @ApplicationScoped
    class Open implements StreamAccess {

        private static final Standing ALL = new Standing.Admitted(_ -> true);

        @Override
        public Standing connected(HandshakeRequest handshake) {
            return ALL;
        }

        @Override
        public Uni<Standing> authenticate(String token) {
            return Uni.createFrom().item(ALL);
        }
    }
}
