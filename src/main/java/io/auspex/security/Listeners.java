package io.auspex.security;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who may listen to what on connections that last, and from which web pages. Never blocks. */
@ApplicationScoped
public class Listeners {

    private final Protection protection;
    private final Authenticator authenticator;
    private final SecurityConfig config;
    private final InstantSource clock;
    private final AccessTable table = AccessTable.load();
    private final Set<String> origins;

    Listeners(
            Protection protection,
            Authenticator authenticator,
            SecurityConfig config,
            InstantSource clock) {
        this.protection = protection;
        this.authenticator = authenticator;
        this.config = config;
        this.clock = clock;
        this.origins =
                Arrays.stream(config.origins().orElse("").split(","))
                        .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
                        .filter(origin -> !origin.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether nobody has to say who they are. */
    public boolean isOpen() {
        return protection.isOpen();
    }

    /** How long a new connection may take to say who it is. */
    public Duration deadline() {
        return config.streamDeadline();
    }

    /**
     * Whether a web page may call from where it says it is: from the service's own address, or from
     * one that is listed. An open service is its own only under a name of this machine, since any
     * name can be made to point here.
     *
     * @param origin the header; null for what is no web page
     * @param host the header
     */
    public boolean isAllowedOrigin(@Nullable String origin, @Nullable String host) {
        if (origin == null) {
            return true;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        if (origins.contains(lower)) {
            return true;
        }
        int scheme = lower.indexOf("://");
        if (host == null || scheme < 0 || !lower.substring(scheme + 3).equalsIgnoreCase(host)) {
            return false;
        }
        return protection.mode() != Protection.Mode.OPEN || isOfThisMachine(lower);
    }

    private static boolean isOfThisMachine(String origin) {
        try {
            String name = URI.create(origin).getHost();
            return name != null
                    && (name.equals("localhost")
                            || name.equals("[::1]")
                            || name.matches("127(\\.[0-9]{1,3}){3}"));
        } catch (IllegalArgumentException odd) {
            return false;
        }
    }

    /**
     * Looks at the credentials of a handshake: the header {@code Authorization}, or, since browsers
     * cannot set that, a subprotocol that begins with {@value StreamToken#PREFIX}.
     *
     * @param protocols the header {@code Sec-WebSocket-Protocol}
     */
    public Authentication handshake(@Nullable String authorization, @Nullable String protocols) {
        String token = StreamToken.of(protocols);
        return counted(
                token == null ? authenticator.header(authorization) : authenticator.token(token));
    }

    /** A key or a token that came in a message; a bad one ends the connection that it came by. */
    public Authentication message(String token) {
        return counted(authenticator.token(token));
    }

    private Authentication counted(Authentication found) {
        if (found instanceof Authentication.Known(Credential credential)) {
            credential.use().called(clock.millis());
        }
        return found;
    }

    /** Whether a caller may hear of a topic: what is in no line of the table is nobody's. */
    public boolean mayHear(Caller caller, String topic) {
        return table.topic(topic).filter(line -> line.allows(caller.role())).isPresent();
    }

    /** Whether the credentials that a caller came with are good still. */
    public boolean isStillGood(Caller caller) {
        return authenticator.isStillGood(caller);
    }
}
