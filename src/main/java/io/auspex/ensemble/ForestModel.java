package io.auspex.ensemble;

import io.auspex.ingest.HistoryLoaded;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.FeedModel;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitHold;
import io.auspex.retraining.RefitService;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/**
 * The random forest behind {@code lava_ai}: a model like the feed's own but for its trees, declared
 * while the ensemble is switched on. It is trained, judged, served and refitted like any other.
 */
@ApplicationScoped
class ForestModel {

    /** Before the champions of the running feed are restored, which has the default of 2,500. */
    private static final int BEFORE_STARTUP = 2_000;

    /** Behind the first refit of the feed's own model. */
    private static final int AFTER_STARTUP = 3_000;

    private static final Logger LOG = Logger.getLogger(ForestModel.class);

    private final EnsembleConfig config;
    private final ModelRegistry registry;
    private final RefitService refits;
    private final RefitHold hold;

    ForestModel(
            EnsembleConfig config, ModelRegistry registry, RefitService refits, RefitHold hold) {
        this.config = config;
        this.registry = registry;
        this.refits = refits;
        this.hold = hold;
    }

    /** As the feed's own model, of other trees. */
    static ModelSpec spec(HistoryLoaded loaded) {
        return FeedModel.spec(Members.forest(loaded), loaded.feed(), loaded.timeframe())
                .withTrainer(TrainerSpec.forest());
    }

    void declare(@Observes @Priority(BEFORE_STARTUP) HistoryLoaded loaded) {
        if (config.enabled()) {
            Await.item(() -> registry.declare(spec(loaded)));
        }
    }

    void train(@Observes @Priority(AFTER_STARTUP) HistoryLoaded loaded) {
        if (!config.enabled()) {
            return;
        }
        String model = Members.forest(loaded);
        try {
            boolean wanted =
                    Await.item(() -> registry.model(model))
                            .filter(known -> known.champion() == null)
                            .filter(ForestModel::isToBeTrained)
                            .isPresent();
            if (wanted) {
                hold.until(requested(model));
            }
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "the first refit of %s could not be requested", model);
        }
    }

    private static boolean isToBeTrained(RegisteredModel model) {
        return model.policy().refitEnabled();
    }

    /** The new refit, or the one that an earlier life of this service left unfinished. */
    private long requested(String model) {
        try {
            Refit refit = Await.item(() -> refits.request(model, "no champion"));
            return refit.id();
        } catch (Failure failure) {
            if (!failure.slug().equals("refit-running")) {
                throw failure;
            }
            return Await.item(() -> refits.refits(model, 1)).getFirst().id();
        }
    }
}
