package io.auspex.retraining;

import io.auspex.platform.Await;
import io.auspex.registry.ModelSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/**
 * Lets go of the files of old versions after each decision on a refit. What could not go because
 * the database was away goes after the next one.
 */
@ApplicationScoped
class Retention {

    private static final Logger LOG = Logger.getLogger(Retention.class);

    private final ModelSettings settings;
    private final int keep;

    @Inject
    Retention(ModelSettings settings, RetrainingConfig config) {
        this.settings = settings;
        this.keep = config.keepVersions();
        if (keep < 1) {
            throw new IllegalArgumentException("auspex.keep-versions must be at least 1: " + keep);
        }
    }

    void decided(@Observes RefitProgressed news) {
        if (news.refit().state() == RefitState.SUCCEEDED) {
            String model = news.refit().model();
            Thread.ofVirtual().name("auspex-retention").start(() -> retain(model));
        }
    }

    private void retain(String model) {
        try {
            int gone = Await.item(() -> settings.retain(model, keep));
            if (gone > 0) {
                LOG.infof(
                        "%s: the files of %d old versions are gone, their reports stay",
                        model, gone);
            }
        } catch (RuntimeException away) {
            LOG.warnf("old versions of %s stay for now: %s", model, away.getMessage());
        }
    }
}
