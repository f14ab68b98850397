package io.auspex.api.problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.auspex.platform.DatabaseAway;
import io.auspex.platform.Failure;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.vertx.VertxInputStream;
import org.jspecify.annotations.Nullable;

/** The one place that turns what a resource threw into an answer. Internals never get out. */
public class ProblemMapper {

    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    /** What throws is all that tells a body that cannot be read from a file that cannot. */
    private static final String BODY = VertxInputStream.class.getName();

    private static final String TOO_LARGE = "Request too large";

    @ServerExceptionMapper
    public Response failure(Failure failure, UriInfo uri) {
        return response(problem(failure, uri.getPath(), LOG), uri);
    }

    @ServerExceptionMapper
    public Response json(MismatchedInputException refused, UriInfo uri) {
        return response(problem(refused), uri);
    }

    @ServerExceptionMapper
    public Response http(WebApplicationException refused, UriInfo uri) {
        if (refused.getCause() instanceof JacksonException json) {
            return response(problem(json), uri);
        }
        Response original = refused.getResponse();
        Problem problem = RouteProblems.of(original.getStatus(), uri.getPath());
        Response.ResponseBuilder answer = builder(problem, uri);
        String allow = original.getHeaderString("Allow");
        if (allow != null) {
            answer.header("Allow", allow);
        }
        return answer.build();
    }

    @ServerExceptionMapper
    public Response other(Throwable defect, UriInfo uri) {
        if (isOfTheBody(defect)) {
            // It has been answered by now, or nobody is there: a body would have nowhere to go.
            LOG.debugf("%s: the body could not be read: %s", uri.getPath(), defect);
            return Response.status(TOO_LARGE.equals(defect.getMessage()) ? 413 : 400).build();
        }
        return response(problem(defect, uri.getPath(), LOG), uri);
    }

    /** What a failure on that path means; what is not the caller's doing is logged. */
    static Problem problem(Throwable defect, String path, Logger log) {
        if (defect instanceof Failure failure) {
            if (failure.category() == Failure.Category.INTERNAL
                    || failure.category() == Failure.Category.UPSTREAM) {
                log.errorf(failure, "%s failed", path);
            }
            return Problem.of(failure);
        }
        if (DatabaseAway.isCauseOf(defect)) {
            log.warnf("%s: the database does not answer: %s", path, defect);
            return Problem.of(503, "database-unavailable", "the database does not answer");
        }
        log.errorf(defect, "%s failed", path);
        return RouteProblems.of(500, path);
    }

    /** The body was too large or too slow, or whoever sent it has gone. */
    private static boolean isOfTheBody(Throwable defect) {
        StackTraceElement[] trace = defect.getStackTrace();
        return defect instanceof IOException
                && trace.length > 0
                && trace[0].getClassName().startsWith(BODY);
    }

    /** What is wrong with a JSON document, without Java's names in it. */
    static Problem problem(JacksonException refused) {
        if (refused instanceof UnrecognizedPropertyException unknown) {
            String known =
                    unknown.getKnownPropertyIds() == null
                            ? ""
                            : unknown.getKnownPropertyIds().stream()
                                    .map(String::valueOf)
                                    .sorted()
                                    .collect(Collectors.joining(", ", "; known are ", ""));
            return Problem.of(
                    400,
                    "unknown-field",
                    "unknown field '" + path(unknown, unknown.getPropertyName()) + "'" + known);
        }
        if (refused instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            return Problem.of(
                    400,
                    "invalid-field",
                    "field '" + path(mapping, null) + "' has a value that it cannot have");
        }
        if (refused instanceof JsonMappingException) {
            return Problem.of(400, "invalid-json", "the body is not the JSON object expected here");
        }
        return Problem.of(
                400, "malformed-json", "the body is not JSON" + where(refused.getLocation()));
    }

    private static String where(@Nullable JsonLocation location) {
        return location == null
                ? ""
                : ": line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String path(JsonMappingException refused, @Nullable String last) {
        String path =
                refused.getPath().stream()
                        .map(step ->
                                step.getFieldName() == null
                                        ? "[" + step.getIndex() + "]"
                                        : step.getFieldName())
                        .collect(Collectors.joining("."));
        return path.isEmpty() && last != null ? last : path;
    }

    private static Response response(Problem problem, UriInfo uri) {
        return builder(problem, uri).build();
    }

    private static Response.ResponseBuilder builder(Problem problem, UriInfo uri) {
        ProblemStyle style = ProblemStyle.of(uri.getPath());
        Response.ResponseBuilder answer =
                Response.status(problem.status())
                        .type(style.mediaType())
                        .entity(style.body(problem));
        if (problem.status() == 503) {
            answer.header("Retry-After", Problem.RETRY_AFTER_SECONDS);
        }
        return answer;
    }
}
