package io.auspex.security;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the door has found out about a request, for whoever handles it. */
public final class CallerOf {

    private static final String CALLER = "auspex.caller";
    private static final String DETAIL = "auspex.detail";

    /** In characters. */
    private static final int MAX_DETAIL = 1_000;

    private static final String RECORDED = "auspex.recorded";

    private CallerOf() {}

    /** Remembers who called. */
    public static void put(RoutingContext context, Caller caller) {
        context.put(CALLER, caller);
    }

    /** Who called a route that changes something. */
    public static Caller get(RoutingContext context) {
        return Objects.requireNonNull(
                context.<Caller>get(CALLER), "only of routes that the audit log has a name for");
    }

    /**
     * Who called, for what records itself within its own transaction: the door then records it only
     * when it fails.
     */
    public static Keys.By recording(RoutingContext context) {
        context.put(RECORDED, true);
        return new Keys.By(get(context), address(context.request()));
    }

    /** Says more about a call in the audit log than its path and its outcome. */
    public static void say(RoutingContext context, String detail) {
        context.put(
                DETAIL, detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL));
    }

    /** What whoever handled the call has said about it. */
    public static String detail(RoutingContext context) {
        return Objects.requireNonNullElse(context.<String>get(DETAIL), "");
    }

    /** Whether the audit log knows of this call by its own transaction. */
    public static boolean isRecorded(RoutingContext context) {
        return Boolean.TRUE.equals(context.<Boolean>get(RECORDED))
                && context.response().getStatusCode() < 400;
    }

    /** The address of the other side. */
    public static String address(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        String host = address == null ? null : address.hostAddress();
        return host == null ? "unknown" : host;
    }

    /** Under which name the service was called, with its port. */
    public static @Nullable String host(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2 && request.authority() != null
                ? request.authority().toString()
                : request.getHeader(HttpHeaders.HOST);
    }
}
