package io.auspex.api.admin;

import io.auspex.platform.Failure;
import org.jspecify.annotations.Nullable;

/** Numbers of a request's path and query, with an answer that says what is wrong. */
final class QueryNumbers {

    /** Entries of a list when the request does not say. */
    static final int DEFAULT_LIMIT = 100;

    /** Most entries of a list. */
    static final int MAX_LIMIT = 1_000;

    private QueryNumbers() {}

    /** 1 to {@link #MAX_LIMIT}; {@link #DEFAULT_LIMIT} when absent. */
    static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        long limit = whole("limit", text);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
        return (int) limit;
    }

    /** A whole number, 0 or more. */
    static long whole(String name, String text) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid(name + " must be a whole number: '" + text + "'");
        }
        throw invalid(name + " must not be negative: " + text);
    }

    static Failure invalid(String message) {
        return new Failure(Failure.Category.INVALID, "invalid-parameter", message);
    }
}
