package io.auspex.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do. Each role may do what those before it may. */
public enum Role {
    /** Looks, asks models, listens. */
    VIEWER,

    /** Reports closed trades. */
    TRADER,

    /** Refits, promotes, rolls back, uploads, configures. */
    OPERATOR,

    /** Makes and revokes keys, keeps secrets, reads the audit log, erases subjects. */
    ADMIN;

    /** Whether whoever has this role may do what needs the other. */
    public boolean includes(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** By its name in whatever case; empty for none of them. */
    public static Optional<Role> of(String name) {
        return Arrays.stream(values())
                .filter(role -> role.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }

    /** As people and tables write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
