package io.auspex.api.stream;

import io.quarkus.websockets.next.HandshakeRequest;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Who may hear what. The protocol asks; what a header or a token is worth is not its business. */
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
         * @param isGood whether what it was admitted for is so still; asked now and then, and
         *     closed with 4401 when it is not
         */
        record Admitted(Predicate<String> mayHear, BooleanSupplier isGood) implements Standing {

            /** For good. */
            Admitted(Predicate<String> mayHear) {
                this(mayHear, () -> true);
            }
        }

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
}
