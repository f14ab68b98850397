package io.auspex.api.stream;

import io.auspex.platform.Await;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.Refit;
import io.auspex.retraining.RefitProgressed;
import io.auspex.retraining.RefitService;
import io.auspex.security.KeyUsedUnusually;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalLedger;
import io.auspex.signals.SignalPipeline;
import io.auspex.signals.SignalsRehearsed;
import io.auspex.triggers.RetrainingDecision;
import io.auspex.triggers.RetrainingService;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings what happens in the process to the topics. */
@ApplicationScoped
class StreamNews {

    /** Refits looked at for the newest of each model. */
    private static final int REFITS_LOOKED_AT = 100;

    private final StreamTopics topics;
    private final SignalHub hub;
    private final SignalLedger ledger;
    private final ModelRegistry registry;
    private final RefitService refits;
    private final RetrainingService retraining;
    private final InstantSource clock;
    private SignalHub.@Nullable Subscription signals;
    private SignalHub.@Nullable Subscription provisional;
    private SignalHub.@Nullable Subscription storing;

    StreamNews(
            StreamTopics topics,
            SignalHub hub,
            SignalLedger ledger,
            ModelRegistry registry,
            RefitService refits,
            RetrainingService retraining,
            InstantSource clock) {
        this.topics = topics;
        this.hub = hub;
        this.ledger = ledger;
        this.registry = registry;
        this.refits = refits;
        this.retraining = retraining;
        this.clock = clock;
    }

    /** After the hub has been restored, before the feed starts. */
    void start(@Observes @Priority(SignalPipeline.RESTORE_PRIORITY + 1) StartupEvent started) {
        String epoch = Await.item(ledger::epoch);
        signals =
                hub.subscribe(
                        snapshot -> topics.restore(epoch, snapshot.seq(), snapshot.latest()),
                        topics::publish);
        provisional = hub.subscribeProvisional(topics::publishProvisional);
        storing =
                hub.subscribeStoring(signals ->
                        Thread.ofVirtual()
                                .name("stream-prepare")
                                .start(() -> topics.prepare(signals)));
        List<Refit> newestFirst = Await.item(() -> refits.refits(null, REFITS_LOOKED_AT));
        newestFirst
                .reversed()
                .forEach(refit ->
                        topics.restore(StreamTopics.REFITS, refit.model(), refit, at(refit)));
        Await.item(retraining::newest)
                .forEach(decision ->
                        topics.restore(
                                StreamTopics.RETRAINING,
                                decision.model(),
                                decision,
                                decision.clockAt()));
        for (RegisteredModel model : Await.item(registry::models)) {
            restore(model);
        }
    }

    void rehearsed(@Observes SignalsRehearsed news) {
        topics.rehearse(news.signals());
    }

    void progressed(@Observes RefitProgressed news) {
        Refit refit = news.refit();
        topics.publish(StreamTopics.REFITS, refit.model(), refit, at(refit));
    }

    void decided(@Observes RetrainingDecision news) {
        topics.publish(StreamTopics.RETRAINING, news.model(), news, news.clockAt());
    }

    void promoted(@Observes ModelPromoted news) {
        topics.publish(StreamTopics.MODELS, news.model(), news, news.at());
    }

    /** On whichever thread watches the keys. */
    void usedUnusually(@Observes KeyUsedUnusually news) {
        topics.publish(StreamTopics.KEYS, news.keyId() + ":" + news.rule(), news, news.at());
    }

    @PreDestroy
    void stop() {
        if (signals != null) {
            signals.close();
        }
        if (provisional != null) {
            provisional.close();
        }
        if (storing != null) {
            storing.close();
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
                        model.name(), champion, model.previous(), reason, false, model.updatedAt()),
                model.updatedAt());
    }

    /** When it became what it is; while it runs that is now. */
    private Instant at(Refit refit) {
        Instant finished = refit.finishedAt();
        return finished == null ? clock.instant() : finished;
    }
}
