package io.auspex.platform;

import java.util.Set;

/** {@code watch} inside a native executable. */
public final class WatchEntryPoint implements EntryPoint {

    @Override
    public Set<String> names() {
        return Set.of("watch");
    }

    @Override
    public void run(String name, String... arguments) throws InterruptedException {
        Watch.main(arguments);
    }
}
