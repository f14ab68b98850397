package io.auspex.api.guard;

import io.auspex.security.Access;
import io.auspex.security.AccessTable;
import io.auspex.security.Arrivals;
import io.auspex.security.AuditLog;
import io.auspex.security.AuditedCall;
import io.auspex.security.Authentication;
import io.auspex.security.Authenticator;
import io.auspex.security.Caller;
import io.auspex.security.CallerOf;
import io.auspex.security.Credential;
import io.auspex.security.Listeners;
import io.auspex.security.PlainPath;
import io.auspex.security.Protection;
import io.auspex.security.RateLimits;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The first route of all, for every path: HTTP, gRPC and the handshake of WebSockets alike. On the
 * event loop; it waits for nothing, and costs a predict request about half a microsecond
 * (docs/benchmarks.md).
 */
@ApplicationScoped
class Guard {

    /** Before every other route, uploads and the check of bodies' sizes among them. */
    private static final int FIRST = -100_000;

    private final Protection protection;
    private final Authenticator authenticator;
    private final RateLimits limits;
    private final Listeners listeners;
    private final AuditLog audit;
    private final Drain drain;
    private final InstantSource clock;
    private final AccessTable table = AccessTable.load();

    Guard(
            Protection protection,
            Authenticator authenticator,
            RateLimits limits,
            Listeners listeners,
            AuditLog audit,
            Drain drain,
            InstantSource clock) {
        this.protection = protection;
        this.authenticator = authenticator;
        this.limits = limits;
        this.listeners = listeners;
        this.audit = audit;
        this.drain = drain;
        this.clock = clock;
    }

    void register(@Observes Router router) {
        router.route().order(FIRST).handler(this::pass);
    }

    private void pass(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean isUpgrade = request.getHeader(HttpHeaders.UPGRADE) != null && isWebSocket(request);
        Arrivals.headArrived(request, isUpgrade);
        if (!isUpgrade) {
            drain.lead(request);
        }
        if (protection.isOpen()) {
            passOpen(context);
        } else {
            passKnown(context, isUpgrade);
        }
    }

    private static boolean isWebSocket(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
    }

    /** Nobody has to say who they are; web pages of others are kept out, and changes recorded. */
    private void passOpen(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (protection.mode() == Protection.Mode.OFF) {
            long pause = limits.addressAsKey(address(request));
            if (pause > 0) {
                Refusal.tooMany(pause).send(context);
                return;
            }
        }
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
            context.next();
            return;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && isForeign(request, origin)) {
            Refusal.FOREIGN_PAGE.send(context);
            return;
        }
        String path = request.path();
        Access access = path == null ? null : table.find(request.method().name(), path);
        goOn(context, access, Caller.ANYBODY);
    }

    private void passKnown(RoutingContext context, boolean isUpgrade) {
        HttpServerRequest request = context.request();
        String path = request.path();
        if (path == null || !PlainPath.isPlain(path)) {
            Refusal.ODD_PATH.send(context);
            return;
        }
        String method = request.method().name();
        Access access = table.find(method, path);
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (access != null && access.isPublic()) {
            passAnonymous(context);
            return;
        }
        long pause = limits.exhausted(address(request));
        if (pause > 0) {
            Refusal.tooMany(pause).send(context);
            return;
        }
        if (access != null && access.isStream() && isUpgrade) {
            // It may bring its credentials later; those of its handshake are checked there.
            context.next();
            return;
        }
        switch (authenticator.header(authorization)) {
            case Authentication.Known(Credential credential) -> passAs(context, access, credential);
            case Authentication.Refused(String reason) -> refuseUnknown(context, reason);
            case Authentication.Anonymous() ->
                    refuseUnknown(context, "this needs a key or a token");
            case Authentication.NotReady(String reason) -> Refusal.notReady(reason).send(context);
        }
    }

    private void passAnonymous(RoutingContext context) {
        long pause = limits.anonymous(address(context.request()));
        if (pause > 0) {
            Refusal.tooMany(pause).send(context);
        } else {
            context.next();
        }
    }

    private void refuseUnknown(RoutingContext context, String reason) {
        limits.anonymous(address(context.request()));
        Refusal.unauthenticated(reason).send(context);
    }

    private void passAs(RoutingContext context, @Nullable Access access, Credential credential) {
        credential.use().called(clock.millis());
        long pause = RateLimits.take(credential.rate());
        if (pause > 0) {
            credential.use().refused();
            Refusal.tooMany(pause).send(context);
            return;
        }
        if (access == null) {
            // Nobody has said who may: nobody may, and there is nothing to be told of it.
            Refusal.undeclared(context.request()).send(context);
            return;
        }
        Caller caller = credential.caller();
        if (!access.allows(caller.role())) {
            credential.use().refused();
            recordAtEnd(context, access, caller);
            Refusal.forbidden(access, caller).send(context);
            return;
        }
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        if (origin != null && access.action() != null && isForeign(context.request(), origin)) {
            recordAtEnd(context, access, caller);
            Refusal.FOREIGN_PAGE.send(context);
            return;
        }
        goOn(context, access, caller);
    }

    private void goOn(RoutingContext context, @Nullable Access access, Caller caller) {
        if (access == null || access.action() == null) {
            context.next();
            return;
        }
        if (!audit.hasRoom()) {
            Refusal.AUDIT_FULL.send(context);
            return;
        }
        CallerOf.put(context, caller);
        recordAtEnd(context, access, caller);
        context.next();
    }

    private void recordAtEnd(RoutingContext context, Access access, Caller caller) {
        String action = access.action();
        if (action == null) {
            return;
        }
        HttpServerRequest request = context.request();
        String address = address(request);
        context.addEndHandler(ended -> {
            // What was recorded by the transaction that did it is not recorded twice.
            if (!CallerOf.isRecorded(context)) {
                audit.record(
                        new AuditedCall(
                                clock.instant(),
                                caller,
                                address,
                                action,
                                target(request, access),
                                outcome(context.response(), ended.succeeded()),
                                CallerOf.detail(context)));
            }
        });
    }

    /** The path, but for names of people in it. */
    private static String target(HttpServerRequest request, Access access) {
        String path = request.path();
        return access.template().contains("{subject}") || path == null ? access.template() : path;
    }

    private static String outcome(HttpServerResponse response, boolean answered) {
        if (!answered && !response.ended()) {
            return "unanswered";
        }
        String grpc = response.headers().get("grpc-status");
        if (grpc == null && isGrpc(response)) {
            // Asked for only where there are some: to ask makes them, and they would be written
            // behind an answer that has ended with its head, which costs the whole connection.
            grpc = response.trailers().get("grpc-status");
        }
        return grpc == null ? Integer.toString(response.getStatusCode()) : "grpc-" + grpc;
    }

    private static boolean isGrpc(HttpServerResponse response) {
        String type = response.headers().get(HttpHeaders.CONTENT_TYPE);
        return type != null && type.startsWith("application/grpc");
    }

    private boolean isForeign(HttpServerRequest request, String origin) {
        return !listeners.isAllowedOrigin(origin, CallerOf.host(request));
    }

    private static String address(HttpServerRequest request) {
        return CallerOf.address(request);
    }
}
