package io.auspex.api.problem;

import io.auspex.platform.Role;
import io.auspex.platform.Roles;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * A process without the role {@code serve} answers for itself only: its status, health and metrics.
 * Everything else is answered 503 {@code not-serving-here}.
 */
@ApplicationScoped
class ServingRole {

    /** Before every route that answers. */
    private static final int FIRST = -2_000;

    private final Roles roles;

    ServingRole(Roles roles) {
        this.roles = roles;
    }

    void register(@Observes Router router) {
        if (!roles.has(Role.SERVE)) {
            router.route().order(FIRST).handler(this::answerForItselfOnly);
        }
    }

    private void answerForItselfOnly(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.equals("/api/status") || path.startsWith("/q/")) {
            context.next();
            return;
        }
        ProblemStyle style = ProblemStyle.of(path);
        Problem problem =
                Problem.of(
                        503,
                        "not-serving-here",
                        "this process takes the roles %s; ask one with the role serve"
                                .formatted(roles));
        context.response()
                .setStatusCode(503)
                .putHeader(HttpHeaders.CONTENT_TYPE, style.mediaType())
                .end(style.body(problem));
    }
}
