package io.auspex.api.guard;

import io.auspex.security.Authentication;
import io.auspex.security.CallerOf;
import io.auspex.security.Listeners;
import io.auspex.security.RateLimits;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/**
 * Checks the handshake of a WebSocket: where its page is from, and the credentials that it brings,
 * if it brings any. Never those in its address, which ends up in logs.
 */
@ApplicationScoped
class StreamHandshake implements HttpUpgradeCheck {

    private static final int UNAUTHENTICATED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;
    private static final Map<String, List<String>> SOON = Map.of("Retry-After", List.of("1"));

    private final Listeners listeners;
    private final RateLimits limits;

    StreamHandshake(Listeners listeners, RateLimits limits) {
        this.listeners = listeners;
        this.limits = limits;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
        HttpServerRequest request = upgrade.httpRequest();
        if (!listeners.isAllowedOrigin(
                request.getHeader(HttpHeaders.ORIGIN), CallerOf.host(request))) {
            return CheckResult.rejectUpgrade(FORBIDDEN);
        }
        if (listeners.isOpen()) {
            return CheckResult.permitUpgrade();
        }
        String address = CallerOf.address(request);
        return switch (listeners.handshake(
                request.getHeader(HttpHeaders.AUTHORIZATION),
                request.getHeader("Sec-WebSocket-Protocol"))) {
            case Authentication.Known(_) -> CheckResult.permitUpgrade();
            case Authentication.Anonymous() ->
                    limits.anonymous(address) > 0
                            ? CheckResult.rejectUpgrade(TOO_MANY, SOON)
                            : CheckResult.permitUpgrade();
            case Authentication.Refused(_) -> {
                limits.anonymous(address);
                yield CheckResult.rejectUpgrade(UNAUTHENTICATED);
            }
            case Authentication.NotReady(_) -> CheckResult.rejectUpgrade(UNAVAILABLE, SOON);
        };
    }
}
