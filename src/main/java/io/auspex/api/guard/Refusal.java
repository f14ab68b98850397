package io.auspex.api.guard;

import io.auspex.api.problem.Problem;
import io.auspex.api.problem.ProblemResponse;
import io.auspex.security.Access;
import io.auspex.security.Caller;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A no at the door, in the words of the protocol that the request speaks.
 *
 * @param retryAfterSeconds 0 for never
 */
record Refusal(int status, String slug, String detail, long retryAfterSeconds) {

    static final Refusal ODD_PATH =
            new Refusal(
                    400,
                    "odd-path",
                    "a path has no ;parameters, dots or empty segments, and escapes only what it"
                            + " must",
                    0);

    static final Refusal FOREIGN_PAGE =
            new Refusal(
                    403,
                    "foreign-origin",
                    "web pages of this origin may not call; auspex.security.origins lists those"
                            + " that may",
                    0);

    static final Refusal AUDIT_FULL =
            new Refusal(
                    503,
                    "audit-full",
                    "the audit log waits for the database and takes no more; nothing was changed",
                    5);

    private static final int UNAUTHENTICATED = 401;

    static Refusal unauthenticated(String reason) {
        return new Refusal(UNAUTHENTICATED, "unauthenticated", reason, 0);
    }

    static Refusal forbidden(Access access, Caller caller) {
        return new Refusal(
                403,
                "forbidden",
                "this needs the role %s; yours is %s"
                        .formatted(
                                access.role() == null ? "none" : access.role().text(),
                                caller.role().text()),
                0);
    }

    static Refusal undeclared(HttpServerRequest request) {
        return new Refusal(404, "no-such-route", "nothing is found at " + request.path(), 0);
    }

    static Refusal tooMany(long retryAfterSeconds) {
        return new Refusal(
                429, "too-many-requests", "more requests than the limit", retryAfterSeconds);
    }

    static Refusal notReady(String reason) {
        return new Refusal(503, "identity-provider", reason, 1);
    }

    /** Answers. The body of the request is not read, and the connection goes with it. */
    void send(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (request.version() != HttpVersion.HTTP_2 && !request.isEnded() && hasBody(request)) {
            response.putHeader(HttpHeaders.CONNECTION, "close");
        }
        if (retryAfterSeconds > 0) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(retryAfterSeconds));
        }
        if (status == UNAUTHENTICATED) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"auspex\"");
        }
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.startsWith("application/grpc")) {
            // Trailers alone: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
            response.putHeader(HttpHeaders.CONTENT_TYPE, "application/grpc")
                    .putHeader("grpc-status", Integer.toString(grpcStatus()))
                    .putHeader(
                            "grpc-message",
                            URLEncoder.encode(detail, StandardCharsets.UTF_8).replace("+", "%20"))
                    .end();
        } else {
            ProblemResponse.send(context, Problem.of(status, slug, detail));
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0"))
                || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }

    /** Codes of gRPC: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
    private int grpcStatus() {
        return switch (status) {
            case UNAUTHENTICATED -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429 -> 8;
            case 503 -> 14;
            default -> 3;
        };
    }
}
