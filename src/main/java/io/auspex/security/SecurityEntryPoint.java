package io.auspex.security;

import io.auspex.platform.EntryPoint;

/** The commands inside a native executable. */
public final class SecurityEntryPoint implements EntryPoint {

    @Override
    public String mainClass() {
        return SecurityCommand.class.getName();
    }

    @Override
    public void run(String... arguments) {
        SecurityCommand.main(arguments);
    }
}
