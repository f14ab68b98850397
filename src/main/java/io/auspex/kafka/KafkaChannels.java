package io.auspex.kafka;

import io.auspex.platform.Elections;
import io.auspex.registry.ModelPromoted;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalPipeline;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Outgoing;
import org.jspecify.annotations.Nullable;

/**
 * The channels out of the database. Methods and no emitters: a channel that is disabled by
 * configuration leaves its method uncalled, while an emitter without its channel ends the start.
 */
@ApplicationScoped
public class KafkaChannels {

    private final Outflow signals;
    private final Outflow models;
    private final Elections elections;
    private final SignalHub hub;
    private final KafkaConfig config;
    private final boolean on;
    private final MeterRegistry meters;
    private SignalHub.@Nullable Subscription subscription;

    @Inject
    KafkaChannels(
            SignalEntries signals,
            PromotionEntries promotions,
            SentPositions positions,
            Elections elections,
            SignalHub hub,
            KafkaConfig config,
            MeterRegistry meters,
            @ConfigProperty(name = "mp.messaging.outgoing.signals-out.enabled") boolean on) {
        this.signals = new Outflow(signals, positions, config);
        this.models = new Outflow(promotions, positions, config);
        this.elections = elections;
        this.hub = hub;
        this.config = config;
        this.on = on;
        this.meters = meters;
    }

    void start(@Observes @Priority(SignalPipeline.RESTORE_PRIORITY + 3) StartupEvent started) {
        if (on) {
            subscription = hub.subscribe(_ -> {}, _ -> signals.wake());
            for (Outflow outflow : List.of(signals, models)) {
                Gauge.builder("auspex.kafka.waiting", outflow, Outflow::waitingSeconds)
                        .description("Time for which the oldest message has not been acknowledged")
                        .baseUnit("seconds")
                        .tag("channel", outflow.channel())
                        .register(meters);
                outflow.stand(elections);
            }
        }
    }

    void promoted(@Observes ModelPromoted news) {
        models.wake();
    }

    void stop(@Observes ShutdownEvent stopped) {
        if (subscription != null) {
            subscription.close();
        }
        signals.close();
        models.close();
    }

    @Outgoing("signals-out")
    Multi<Message<String>> signals() {
        return signals.messages();
    }

    @Outgoing("model-events")
    Multi<Message<String>> modelEvents() {
        return models.messages();
    }

    /** What the channels do; empty when no Kafka is connected here. */
    public Optional<KafkaStatus> status() {
        return on
                ? Optional.of(
                        new KafkaStatus(
                                config.bootstrapServers().orElse(""),
                                List.of(signals.status(), models.status())))
                : Optional.empty();
    }
}
