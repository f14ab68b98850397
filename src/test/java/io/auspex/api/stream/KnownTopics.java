package io.auspex.api.stream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** The topics that the running stream knows of by itself, for tests of other packages. */
@ApplicationScoped
public class KnownTopics {

    @Inject StreamTopics topics;

    public List<String> names() {
        return topics.available();
    }
}
