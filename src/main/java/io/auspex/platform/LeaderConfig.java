package io.auspex.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How several processes agree on one of them. */
@ConfigMapping(prefix = "auspex.leader")
interface LeaderConfig {

    /** How often a leader shows that it lives, and the others look whether it does. */
    @WithDefault("1s")
    Duration checkEvery();

    /** How long a leader may say nothing before another one takes over. */
    @WithDefault("6s")
    Duration patience();
}
