package io.auspex.retraining;

import io.auspex.ingest.HistoryLoaded;
import io.auspex.ingest.LiveHold;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What happens between a feed's history and its first live close, on the feed's own thread: the
 * feed's model is declared, its champion serves again, files of the models folder are imported, and
 * a first refit is asked for when no refit has made the champion yet. At {@code --speed=max} live
 * closes wait for the decision on it, as for every refit ({@link RefitHold}).
 */
@ApplicationScoped
class Startup {

    private static final Logger LOG = Logger.getLogger(Startup.class);
    private static final String HOLDER = "first refit";

    private final ModelRegistry registry;
    private final ModelServer server;
    private final LiveFeatures features;
    private final ModelFolder files;
    private final RunningFeed feed;
    private final RefitService refits;
    private final RefitRunner runner;
    private final LiveHold hold;
    private final RefitHold refitHold;

    @Inject
    Startup(
            ModelRegistry registry,
            ModelServer server,
            LiveFeatures features,
            ModelFolder files,
            RunningFeed feed,
            RefitService refits,
            RefitRunner runner,
            LiveHold hold,
            RefitHold refitHold) {
        this.registry = registry;
        this.server = server;
        this.features = features;
        this.files = files;
        this.feed = feed;
        this.refits = refits;
        this.runner = runner;
        this.hold = hold;
        this.refitHold = refitHold;
    }

    void prepare(@Observes HistoryLoaded loaded) {
        String model = FeedModel.name(loaded.feed(), loaded.timeframe());
        ModelSpec spec = FeedModel.spec(model, loaded.feed(), loaded.timeframe());
        Await.item(() -> registry.declare(spec));
        features.follow(loaded.feed(), loaded.timeframe());
        Await.item(server::restore);
        files.importFor(model, loaded);
        feed.is(loaded);
        firstRefit(model);
        runner.begin();
    }

    private void firstRefit(String model) {
        Optional<String> reason = reasonForFirstRefit(model);
        if (reason.isEmpty()) {
            return;
        }
        if (refitHold.isHolding()) {
            hold.hold(HOLDER);
        }
        try {
            refitHold.until(requested(model, reason.get()));
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "the first refit of %s could not be requested", model);
        } finally {
            hold.release(HOLDER);
        }
    }

    private Optional<String> reasonForFirstRefit(String name) {
        RegisteredModel model =
                Await.item(() -> registry.model(name))
                        .orElseThrow(() -> new IllegalStateException("declared just now"));
        if (!model.policy().refitEnabled()) {
            return Optional.empty();
        }
        Integer champion = model.champion();
        if (champion == null) {
            return Optional.of("no champion");
        }
        return Await.item(() -> registry.version(name, champion))
                .map(ModelVersion::origin)
                .filter(origin -> !origin.startsWith("refit:"))
                .map(starter -> "starter serves; first training");
    }

    /** The new refit, or the one that an earlier life of this service left unfinished. */
    private long requested(String model, String reason) {
        try {
            return Await.item(() -> refits.request(model, reason)).id();
        } catch (Failure failure) {
            if (!failure.slug().equals("refit-running")) {
                throw failure;
            }
            return Await.item(() -> refits.refits(model, 1)).getFirst().id();
        }
    }
}
