package io.auspex.platform;

import java.util.Set;

/** {@code status} inside a native executable. */
public final class StatusEntryPoint implements EntryPoint {

    @Override
    public Set<String> names() {
        return Set.of("status");
    }

    @Override
    public void run(String name, String... arguments) {
        Status.main(arguments);
    }
}
