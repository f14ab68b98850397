package io.auspex.retraining;

import io.auspex.platform.JavaCommand;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Knows how a worker is called. */
@ApplicationScoped
class Workers {

    private static final String MAIN = "io.auspex.training.Worker";
    private static final int LOWEST_PRIORITY = 19;

    private final RetrainingConfig.Worker config;

    @Inject
    Workers(RetrainingConfig config) {
        this.config = config.refit().worker();
    }

    /** The words of the command line for a job folder. */
    List<String> command(Path folder) {
        return new JavaCommand(
                        MAIN,
                        config.heap(),
                        Optional.of(JobFolders.temporary(folder)),
                        LOWEST_PRIORITY,
                        config.cpus(),
                        List.of(folder.toString()))
                .words();
    }
}
