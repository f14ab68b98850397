package io.auspex.api.problem;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jboss.logging.Logger;

/** How a plain route says no, in the same words as a resource. */
public final class ProblemResponse {

    private static final Logger LOG = Logger.getLogger(ProblemResponse.class);

    private ProblemResponse() {}

    /** Answers with what a failure means. On the event loop of the request. */
    public static void send(RoutingContext context, Throwable failure) {
        send(context, ProblemMapper.problem(failure, context.normalizedPath(), LOG));
    }

    /** Answers with a status that says all about it: 405, 406, 413, 415. */
    public static void send(RoutingContext context, int status) {
        send(context, RouteProblems.of(status, context.normalizedPath()));
    }

    /** Answers with a problem that is known already. */
    public static void send(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.headWritten() || response.closed()) {
            return;
        }
        ProblemStyle style = ProblemStyle.of(context.normalizedPath());
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, style.mediaType());
        if (problem.status() == 503 && !response.headers().contains(HttpHeaders.RETRY_AFTER)) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        response.end(style.body(problem));
    }
}
