package io.auspex.platform;

import java.util.regex.Pattern;

/**
 * An expected failure that a caller can act upon: what kind it is, a stable slug to program
 * against, and one sentence for people. The API's one mapper turns it into {@code
 * application/problem+json} (RFC 9457).
 */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Pattern SLUG = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    private final Category category;
    private final String slug;

    /**
     * @param slug lower-case words joined by dashes, for example {@code refit-running}; never
     *     changes once it has been released
     * @param message one sentence with the names and figures that matter
     */
    public Failure(Category category, String slug, String message) {
        super(message);
        if (!SLUG.matcher(slug).matches()) {
            throw new IllegalArgumentException(
                    "a slug is lower-case words joined by dashes: '" + slug + "'");
        }
        this.category = category;
        this.slug = slug;
    }

    /** The same with what brought it about. */
    public Failure(Category category, String slug, String message, Throwable cause) {
        this(category, slug, message);
        initCause(cause);
    }

    public Category category() {
        return category;
    }

    public String slug() {
        return slug;
    }

    /** Who has to act, and whether it helps to try again. */
    public enum Category {
        /** The request itself is wrong; trying again does not help. */
        INVALID,
        /** What was named does not exist. */
        NOT_FOUND,
        /** The request is right but the present state forbids it. */
        CONFLICT,
        /** Not yet: try again later. */
        NOT_READY,
        /** It was not done, because it could not be done within the time that the caller gave. */
        TOO_LATE,
        /** Something that Auspex depends on failed: a database, a feed, a worker. */
        UPSTREAM,
        /** A defect of Auspex itself. */
        INTERNAL
    }
}
