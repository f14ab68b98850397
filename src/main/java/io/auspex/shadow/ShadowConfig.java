package io.auspex.shadow;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How a new champion is watched. */
@ConfigMapping(prefix = "auspex.shadow")
interface ShadowConfig {

    /** Whether the champion before runs beside a new one, and comes back when that is worse. */
    @WithDefault("true")
    boolean watch();

    /** Live closes that a new champion is watched for. */
    @WithDefault("2880")
    int watchCloses();

    /** How often it is compared meanwhile, at equal distances. */
    @WithDefault("4")
    int watchLooks();

    /** Chance that a champion no worse than the one before is rolled back, over all looks. */
    @WithDefault("0.05")
    double watchErrorRate();
}
