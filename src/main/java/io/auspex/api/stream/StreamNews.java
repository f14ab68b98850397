package io.auspex.api.stream;

import io.auspex.platform.Await;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitProgressed;
import io.auspex.retraining.RefitService;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalPipeline;
import io.auspex.triggers.RetrainingDecision;
import io.auspex.triggers.RetrainingService;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings what happens in the process to the topics. */
@ApplicationScoped
class StreamNews {

    /** Refits looked at for the newest of each model. */
    private static final int REFITS_LOOKED_AT = 100;

    private final StreamTopics topics;
    private final SignalHub hub;
    private final ModelRegistry registry;
    private final RefitService refits;
    private final RetrainingService retraining;
    private SignalHub.@Nullable Subscription signals;

    StreamNews(
            StreamTopics topics,
            SignalHub hub,
            ModelRegistry registry,
            RefitService refits,
            RetrainingService retraining) {
        this.topics = topics;
        this.hub = hub;
        this.registry = registry;
        this.refits = refits;
        this.retraining = retraining;
    }

    /** After the hub has been restored, before the feed starts. */
    void start(@Observes @Priority(SignalPipeline.RESTORE_PRIORITY + 1) StartupEvent started) {
        signals = hub.subscribe(snapshot -> topics.restore(snapshot.latest()), topics::publish);
        List<Refit> newestFirst = Await.item(() -> refits.refits(null, REFITS_LOOKED_AT));
        newestFirst
                .reversed()
                .forEach(refit -> topics.restore(StreamTopics.REFITS, refit.model(), refit));
        Await.item(retraining::newest)
                .forEach(decision ->
                        topics.restore(StreamTopics.RETRAINING, decision.model(), decision));
        for (RegisteredModel model : Await.item(registry::models)) {
            restore(model);
        }
    }

    void progressed(@Observes RefitProgressed news) {
        topics.publish(StreamTopics.REFITS, "refit", news.refit().model(), news.refit());
    }

    void decided(@Observes RetrainingDecision news) {
        topics.publish(StreamTopics.RETRAINING, "decision", news.model(), news);
    }

    void promoted(@Observes ModelPromoted news) {
        topics.publish(StreamTopics.MODELS, "model", news.model(), news);
    }

    @PreDestroy
    void stop() {
        if (signals != null) {
            signals.close();
        }
    }

    private void restore(RegisteredModel model) {
        Integer champion = model.champion();
        if (champion == null) {
            return;
        }
        String reason =
                Await.item(() -> registry.version(model.name(), champion))
                        .map(version -> version.reason())
                        .orElse("");
        topics.restore(
                StreamTopics.MODELS,
                model.name(),
                new ModelPromoted(
                        model.name(),
                        champion,
                        model.previous(),
                        reason,
                        false,
                        model.updatedAt()));
    }
}
