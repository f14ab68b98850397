package io.auspex.uploads;

import io.auspex.platform.EntryPoint;

/** The inspecting process inside a native executable. */
public final class InspectorEntryPoint implements EntryPoint {

    @Override
    public String mainClass() {
        return Inspector.class.getName();
    }

    @Override
    public void run(String... arguments) {
        Inspector.main(arguments);
    }
}
