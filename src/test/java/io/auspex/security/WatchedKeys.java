package io.auspex.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.InstantSource;

/** The watch over keys, looked at when a test says so, for tests of other packages. */
@ApplicationScoped
public class WatchedKeys {

    @Inject KeyWatch watch;
    @Inject KeyRing ring;
    @Inject Keys keys;
    @Inject InstantSource clock;

    /**
     * A new key makes so many calls that are all refused, and then the minute is over.
     *
     * @return its id
     */
    public String refused(int calls) {
        String id =
                keys.create(
                                new NewKey("watched", Role.VIEWER, "watched", null),
                                new Keys.By(Caller.ANYBODY, "test"))
                        .key()
                        .id();
        KeyActivity activity = ring.activities().get(id);
        for (int i = 0; i < calls; i++) {
            activity.called(clock.millis());
            activity.refused();
        }
        watch.look(clock.instant());
        return id;
    }
}
