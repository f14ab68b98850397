package io.auspex.security;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Who may listen to what on connections that last. Credentials come with the handshake or in a
 * message; a connection that has brought none in time is closed, and so is one whose token has
 * expired or whose key was revoked: all are looked at once a second.
 */
@ApplicationScoped
public class StreamAccess {

    /** Closed for want of good credentials: none came in time, or they are good no longer. */
    public static final int UNAUTHENTICATED = 4401;

    private static final Logger LOG = Logger.getLogger(StreamAccess.class);

    private final Protection protection;
    private final Authenticator authenticator;
    private final RateLimits limits;
    private final SecurityConfig config;
    private final InstantSource clock;
    private final AccessTable table = AccessTable.load();
    private final Set<String> origins;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("stream-access").factory());

    /** A connection as it is seen from here. */
    public interface Peer {
        /** Closes it with a code of the WebSocket protocol and a reason for people. */
        void close(int code, String reason);
    }

    StreamAccess(
            Protection protection,
            Authenticator authenticator,
            RateLimits limits,
            SecurityConfig config,
            InstantSource clock) {
        this.protection = protection;
        this.authenticator = authenticator;
        this.limits = limits;
        this.config = config;
        this.clock = clock;
        this.origins =
                config.origins().orElse(List.of()).stream()
                        .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
                        .filter(origin -> !origin.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    void start(@Observes StartupEvent started) {
        timer.scheduleWithFixedDelay(this::lookQuietly, 1, 1, TimeUnit.SECONDS);
    }

    void stop(@Observes ShutdownEvent stopped) {
        timer.shutdownNow();
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
     * A connection was opened.
     *
     * @param caller who it is, as far as the handshake said; null when it said nothing
     */
    public Session open(@Nullable Caller caller, String address, Peer peer) {
        Session session = new Session(caller, address, peer);
        if (!protection.isOpen()) {
            sessions.add(session);
        }
        return session;
    }

    private void lookQuietly() {
        try {
            look();
        } catch (RuntimeException failure) {
            LOG.warn("the credentials of streams could not be looked at", failure);
        }
    }

    private void look() {
        Instant now = clock.instant();
        sessions.forEach(session -> session.look(now));
    }

    /** What a connection may do. Thread-safe. */
    public final class Session {

        private final Peer peer;
        private final String address;
        private final Instant openedAt = clock.instant();
        private volatile @Nullable Caller caller;

        private Session(@Nullable Caller caller, String address, Peer peer) {
            this.caller = caller;
            this.address = address;
            this.peer = peer;
        }

        /** Whether it may do anything yet. */
        public boolean isAdmitted() {
            return protection.isOpen() || caller != null;
        }

        /** Who it is; empty as long as that is not known, and on an open service. */
        public Optional<Caller> caller() {
            return Optional.ofNullable(caller);
        }

        /** Whether it may hear of a topic. */
        public boolean mayHear(String topic) {
            if (protection.isOpen()) {
                return true;
            }
            Caller known = caller;
            return known != null
                    && table.topic(topic).filter(line -> line.allows(known.role())).isPresent();
        }

        /**
         * Takes a key or a token, also in place of one that is about to expire.
         *
         * @return why it is not taken; empty when it is
         */
        public Optional<String> authenticate(String token) {
            if (limits.exhausted(address) > 0) {
                return Optional.of("too many attempts from this address");
            }
            return switch (authenticator.token(token)) {
                case Authentication.Known(Credential credential) -> {
                    credential.use().called(clock.millis());
                    caller = credential.caller();
                    yield Optional.empty();
                }
                case Authentication.Refused(String reason) -> {
                    limits.anonymous(address);
                    yield Optional.of(reason);
                }
                case Authentication.NotReady(String reason) -> Optional.of(reason);
                case Authentication.Anonymous() -> Optional.of("there is no token");
            };
        }

        /** The connection is gone. */
        public void close() {
            sessions.remove(this);
        }

        private void look(Instant now) {
            Caller known = caller;
            String reason;
            if (known == null) {
                reason =
                        openedAt.plus(config.streamDeadline()).isBefore(now)
                                ? "authenticate within "
                                        + config.streamDeadline().toSeconds()
                                        + " s of connecting"
                                : null;
            } else {
                reason =
                        authenticator.isStillGood(known)
                                ? null
                                : "the key or token has expired or was revoked";
            }
            if (reason != null) {
                sessions.remove(this);
                peer.close(UNAUTHENTICATED, reason);
            }
        }
    }
}
