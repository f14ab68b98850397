package io.auspex.api.guard;

import io.auspex.security.Authentication;
import io.auspex.security.Authenticator;
import io.auspex.security.CallerOf;
import io.auspex.security.Credential;
import io.auspex.security.Protection;
import io.auspex.security.RateLimits;
import io.auspex.security.StreamAccess;
import io.auspex.security.StreamCaller;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks the handshake of a WebSocket: where its page is from, and the credentials that it brings,
 * in {@code Authorization} or, since browsers cannot set that, as the subprotocol {@code
 * auspex.token.<key or token>} beside {@code auspex.v1}. Never in the address, which ends up in
 * logs.
 */
@ApplicationScoped
class StreamHandshake implements HttpUpgradeCheck {

    /** What a subprotocol begins with that is a token. */
    private static final String TOKEN = "auspex.token.";

    private static final int UNAUTHENTICATED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;

    private final Protection protection;
    private final Authenticator authenticator;
    private final StreamAccess streams;
    private final RateLimits limits;
    private final InstantSource clock;

    StreamHandshake(
            Protection protection,
            Authenticator authenticator,
            StreamAccess streams,
            RateLimits limits,
            InstantSource clock) {
        this.protection = protection;
        this.authenticator = authenticator;
        this.streams = streams;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
        HttpServerRequest request = upgrade.httpRequest();
        if (!streams.isAllowedOrigin(
                request.getHeader(HttpHeaders.ORIGIN), CallerOf.host(request))) {
            return CheckResult.rejectUpgrade(FORBIDDEN);
        }
        String address = CallerOf.address(request);
        StreamCaller.putAddress(upgrade.userData(), address);
        if (protection.isOpen()) {
            return CheckResult.permitUpgrade();
        }
        String token = token(request);
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        Authentication authentication =
                token == null ? authenticator.header(authorization) : authenticator.token(token);
        return switch (authentication) {
            case Authentication.Known(Credential credential) -> {
                credential.use().called(clock.millis());
                StreamCaller.put(upgrade.userData(), credential.caller());
                yield CheckResult.permitUpgrade();
            }
            case Authentication.Anonymous() ->
                    limits.anonymous(address) > 0
                            ? CheckResult.rejectUpgrade(
                                    TOO_MANY, Map.of("Retry-After", List.of("1")))
                            : CheckResult.permitUpgrade();
            case Authentication.Refused(_) -> {
                limits.anonymous(address);
                yield CheckResult.rejectUpgrade(UNAUTHENTICATED);
            }
            case Authentication.NotReady(_) -> CheckResult.rejectUpgrade(UNAVAILABLE);
        };
    }

    private static @Nullable String token(HttpServerRequest request) {
        String protocols = request.getHeader("Sec-WebSocket-Protocol");
        if (protocols == null) {
            return null;
        }
        for (String protocol : protocols.split(",")) {
            if (protocol.strip().startsWith(TOKEN)) {
                return protocol.strip().substring(TOKEN.length());
            }
        }
        return null;
    }
}
