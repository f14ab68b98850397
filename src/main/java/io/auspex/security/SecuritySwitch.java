package io.auspex.security;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Whether callers have to say who they are. */
@ConfigMapping(prefix = "auspex")
interface SecuritySwitch {

    /**
     * {@code auto}: they have to, but for a service on a loopback address that has no credentials
     * configured. {@code on}: always. {@code off}: never, wherever it listens.
     */
    @WithDefault("auto")
    Setting security();

    /** The values of the setting. */
    enum Setting {
        AUTO,
        ON,
        OFF
    }
}
