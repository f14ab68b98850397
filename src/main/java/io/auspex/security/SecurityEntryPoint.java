package io.auspex.security;

import io.auspex.platform.EntryPoint;
import java.util.Set;
import java.util.stream.Stream;

/** The commands of security inside a native executable. */
public final class SecurityEntryPoint implements EntryPoint {

    @Override
    public Set<String> names() {
        return Set.of("keys", "audit", "secrets");
    }

    @Override
    public void run(String name, String... arguments) {
        SecurityCommand.main(
                Stream.concat(Stream.of(name), Stream.of(arguments)).toArray(String[]::new));
    }
}
