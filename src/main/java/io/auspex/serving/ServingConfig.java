package io.auspex.serving;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How models are loaded and replaced. */
@ConfigMapping(prefix = "auspex.serving")
interface ServingConfig {

    /** Most rows scored before a version is published; at most two seconds are spent on them. */
    @WithDefault("500")
    int warmUpRuns();

    /** How long the version before the last may keep the next one waiting until it has drained. */
    @WithDefault("30s")
    Duration drainTimeout();

    /**
     * Most rows of concurrent requests that one call of a model takes, 1 to 16; 1 for each on its
     * own.
     */
    @WithDefault("16")
    int togetherRows();

    /** Threads that load, warm up and test; each is busy on one CPU meanwhile. */
    @WithDefault("1")
    int loaderThreads();

    /** How often champions are asked for, in case a notification was lost. */
    @WithDefault("10s")
    Duration poll();

    /**
     * Versions other than champions that are kept open because somebody asked for them by number.
     */
    @WithDefault("4")
    int pinnedVersions();

    /** Bytes of memory that a swap or a pinned version wants available for a byte of its file. */
    @WithDefault("2")
    int memoryFactor();

    /** Memory that has to be available beside that. */
    @WithDefault("64M")
    MemorySize memoryFloor();
}
