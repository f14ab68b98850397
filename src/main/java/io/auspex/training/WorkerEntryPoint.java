package io.auspex.training;

import io.auspex.platform.EntryPoint;
import java.util.Set;

/** The worker inside a native executable. */
public final class WorkerEntryPoint implements EntryPoint {

    @Override
    public Set<String> names() {
        return Set.of(Worker.class.getName());
    }

    @Override
    public void run(String name, String... arguments) {
        Worker.main(arguments);
    }
}
