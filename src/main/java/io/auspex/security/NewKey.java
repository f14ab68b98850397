package io.auspex.security;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key that is to be made.
 *
 * @param name for people, up to 100 characters
 * @param subject on whose behalf, up to 200 characters
 */
public record NewKey(String name, Role role, String subject, @Nullable Instant expiresAt) {

    private static final Pattern PRINTABLE = Pattern.compile("\\P{Cntrl}+");
    private static final int MAX_NAME_CHARS = 100;
    private static final int MAX_SUBJECT_CHARS = 200;

    /**
     * @throws IllegalArgumentException saying what is wrong
     */
    public NewKey {
        require("name", name, MAX_NAME_CHARS);
        requireSubject(subject);
    }

    static void requireSubject(String subject) {
        require("subject", subject, MAX_SUBJECT_CHARS);
    }

    private static void require(String what, String text, int most) {
        if (text.isBlank() || text.length() > most || !PRINTABLE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    what + " must be 1 to " + most + " printable characters");
        }
    }
}
