package io.auspex.retraining;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Tells the application that a refit has moved; what an observer makes of it stays with it. */
@ApplicationScoped
class RefitNews {

    private static final Logger LOG = Logger.getLogger(RefitNews.class);

    private final Event<RefitProgressed> event;

    @Inject
    RefitNews(Event<RefitProgressed> event) {
        this.event = event;
    }

    void tell(Refit refit) {
        try {
            event.fire(new RefitProgressed(refit));
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "an observer failed on refit %d", refit.id());
        }
    }
}
