package io.auspex.platform;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A part of the service that a process takes or leaves. */
public enum Role {
    /** Answers: REST, the inference protocol, gRPC, streams. */
    SERVE,
    /** Takes candles in, makes signals, watches what becomes of them; one process at a time. */
    INGEST,
    /** Carries refits out. */
    REFIT;

    /**
     * Reads {@code serve,refit}.
     *
     * @throws IllegalArgumentException saying which names there are
     */
    static Set<Role> parse(String text) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String name : text.split(",", -1)) {
            String wanted = name.strip().toLowerCase(Locale.ROOT);
            roles.add(
                    Arrays.stream(values())
                            .filter(role -> role.label().equals(wanted))
                            .findFirst()
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "auspex.roles must be some of serve, ingest and refit,"
                                                    + " joined by commas: '"
                                                    + text
                                                    + "'")));
        }
        return Collections.unmodifiableSet(roles);
    }

    /** As it is written in {@code auspex.roles}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String labels(Set<Role> roles) {
        return roles.stream().map(Role::label).collect(Collectors.joining(", "));
    }
}
