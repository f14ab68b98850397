package io.auspex.api.problem;

import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Says no to what never reaches a resource: no such route, a body over the limit. */
@ApplicationScoped
class RouteProblems {

    /** Before Quarkus' own check of the body's size, which answers without a body. */
    private static final int BEFORE_THE_UPLOAD_LIMIT = -1_000;

    private final long maxBodyBytes;

    RouteProblems(
            @ConfigProperty(name = "quarkus.http.limits.max-body-size", defaultValue = "10240K")
                    MemorySize maxBodySize) {
        this.maxBodyBytes = maxBodySize.asLongValue();
    }

    void register(@Observes Router router) {
        router.route().order(BEFORE_THE_UPLOAD_LIMIT).handler(this::refuseTooLarge);
        for (int status : new int[] {400, 404, 405, 406, 413, 415, 500}) {
            router.errorHandler(status, context -> write(context, status));
        }
    }

    /** A problem that its status says all about. */
    static Problem of(int status, String path) {
        return switch (status) {
            case 400 -> Problem.of(status, "bad-request", "the request cannot be read");
            case 404 -> Problem.of(status, "no-such-route", "nothing is found at " + path);
            case 405 ->
                    Problem.of(status, "method-not-allowed", path + " does not know this method");
            case 406 ->
                    Problem.of(status, "not-acceptable", "the answer is JSON; Accept excludes it");
            case 413 -> Problem.of(status, "too-large", "the body is over the limit of the server");
            case 415 -> Problem.of(status, "unsupported-media-type", "send application/json");
            default ->
                    status < 500
                            ? Problem.of(status, "refused", "the request was refused")
                            : Problem.of(
                                    status, "internal", "the server failed; its log has the cause");
        };
    }

    private void refuseTooLarge(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && isOver(length)) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            write(context, 413);
            return;
        }
        context.next();
    }

    private boolean isOver(String length) {
        try {
            return Long.parseLong(length) > maxBodyBytes;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static void write(RoutingContext context, int status) {
        if (context.response().ended() || context.response().headWritten()) {
            return;
        }
        String path = context.request().path() == null ? "" : context.request().path();
        ProblemStyle style = ProblemStyle.of(path);
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, style.mediaType())
                .end(style.body(of(status, path)));
    }
}
