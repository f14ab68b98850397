package io.auspex.platform;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** The clock that beans inject as {@link InstantSource}; a test may bring its own. */
final class SystemClock {

    private SystemClock() {}

    @Produces
    @Singleton
    @DefaultBean
    static InstantSource instantSource() {
        return InstantSource.system();
    }
}
