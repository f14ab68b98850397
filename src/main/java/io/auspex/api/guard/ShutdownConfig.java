package io.auspex.api.guard;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The end of the process. */
@ConfigMapping(prefix = "auspex.shutdown")
interface ShutdownConfig {

    /** How long clients of HTTP have to take their connections elsewhere. */
    @WithDefault("2s")
    Duration drain();
}
