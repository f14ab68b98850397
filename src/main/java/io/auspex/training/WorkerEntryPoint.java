package io.auspex.training;

import io.auspex.platform.EntryPoint;

/** The worker inside a native executable. */
public final class WorkerEntryPoint implements EntryPoint {

    @Override
    public String mainClass() {
        return Worker.class.getName();
    }

    @Override
    public void run(String... arguments) {
        Worker.main(arguments);
    }
}
