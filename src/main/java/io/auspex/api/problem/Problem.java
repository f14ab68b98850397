package io.auspex.api.problem;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.auspex.platform.Failure;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An answer that says no, as RFC 9457 writes it.
 *
 * @param type {@code urn:auspex:<slug>}
 * @param title the kind of problem, the same for every occurrence
 * @param status the HTTP status
 * @param detail one sentence about this occurrence
 * @param slug what clients program against
 */
@JsonPropertyOrder({"type", "title", "status", "detail", "slug"})
@Schema(description = "A problem as RFC 9457 writes it")
public record Problem(String type, String title, int status, String detail, String slug) {

    /** The media type of this record. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Seconds after which to try again what was not ready. */
    static final String RETRY_AFTER_SECONDS = "5";

    /** A problem of one status; its title follows from it. */
    public static Problem of(int status, String slug, String detail) {
        return new Problem("urn:auspex:" + slug, title(status), status, detail, slug);
    }

    /** The problem that an expected failure is. */
    public static Problem of(Failure failure) {
        String message = failure.getMessage();
        return of(status(failure.category()), failure.slug(), message == null ? "" : message);
    }

    private static int status(Failure.Category category) {
        return switch (category) {
            case INVALID -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case NOT_READY -> 503;
            case TOO_LATE -> 504;
            case UPSTREAM -> 502;
            case INTERNAL -> 500;
        };
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "The request is not right";
            case 401 -> "Who are you?";
            case 403 -> "Not allowed";
            case 404 -> "Not found";
            case 405 -> "Method not allowed";
            case 406 -> "Not acceptable";
            case 409 -> "Conflict with the present state";
            case 412 -> "Changed in the meantime";
            case 413 -> "The request is too large";
            case 415 -> "Unsupported media type";
            case 429 -> "Too many requests";
            case 502 -> "Something that Auspex depends on failed";
            case 503 -> "Not ready";
            case 504 -> "Too late";
            default -> status < 500 ? "The request cannot be answered" : "Internal error";
        };
    }
}
