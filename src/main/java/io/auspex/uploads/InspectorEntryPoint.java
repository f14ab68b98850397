package io.auspex.uploads;

import io.auspex.platform.EntryPoint;
import java.util.Set;

/** The inspecting process inside a native executable. */
public final class InspectorEntryPoint implements EntryPoint {

    @Override
    public Set<String> names() {
        return Set.of(Inspector.class.getName());
    }

    @Override
    public void run(String name, String... arguments) {
        Inspector.main(arguments);
    }
}
