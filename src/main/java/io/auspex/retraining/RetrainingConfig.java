package io.auspex.retraining;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How models are made, and when they are promoted. */
@ConfigMapping(prefix = "auspex")
interface RetrainingConfig {

    /**
     * {@code evidence}, or {@code always} for demonstrations: then every sound candidate is
     * promoted, and everything is marked unproven.
     */
    @WithDefault("evidence")
    PromotePolicy promote();

    /** Models that are imported at start: {@code <model>/<version>/model.onnx}. */
    @WithDefault("onnx-models")
    Path modelsFolder();

    /** Newest versions of a model whose files are kept, whatever became of them. */
    @WithDefault("20")
    int keepVersions();

    /** Refits. */
    Refits refit();

    /** Refits. */
    interface Refits {

        /** Refits that run at the same time in this process, each in a worker of its own. */
        @WithDefault("1")
        int workers();

        /** Attempts before a refit counts as failed. */
        @WithDefault("3")
        int maxAttempts();

        /**
         * How long a refit stays with a process that says nothing; it says so three times in it.
         */
        @WithDefault("30s")
        Duration lease();

        /** Pause after a failed attempt; doubled with every further one. */
        @WithDefault("5s")
        Duration backoff();

        /** How long a worker may take. */
        @WithDefault("30m")
        Duration timeout();

        /** The worker process. */
        Worker worker();
    }

    /** The worker process. */
    interface Worker {

        /** Largest Java heap of a worker; LightGBM takes about as much again. */
        @WithDefault("1g")
        String heap();

        /** Resident memory of a worker, all of it; it is ended when it has more. */
        @WithDefault("3g")
        MemorySize memory();

        /** How long a worker may say nothing; a living one speaks every second. */
        @WithDefault("2m")
        Duration silence();

        /** Processors that a worker keeps to, for example {@code 1} or {@code 2-3}. */
        Optional<String> cpus();
    }
}
