package io.auspex.uploads;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What an uploaded model may cost. */
@ConfigMapping(prefix = "auspex.uploads")
public interface UploadsConfig {

    /** Largest model file. */
    @WithDefault("64m")
    MemorySize maxBytes();

    /** How long the inspection of one file may take. */
    @WithDefault("30s")
    Duration timeout();

    /** Java heap of an inspection. */
    @WithDefault("512m")
    String heap();

    /** Memory of the whole inspecting process; it is ended when it has more. */
    @WithDefault("2g")
    MemorySize memory();

    /** Memory that scoring one batch may need beside the model. */
    @WithDefault("256m")
    MemorySize runMemory();

    /** Inspections at the same time. */
    @WithDefault("1")
    int workers();

    /** Uploads that may be received, wait or be inspected at the same time. */
    @WithDefault("4")
    int maxWaiting();
}
