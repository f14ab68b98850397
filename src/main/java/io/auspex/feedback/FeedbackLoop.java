package io.auspex.feedback;

import io.auspex.feedback.OutcomeStore.Stream;
import io.auspex.ingest.LiveHold;
import io.auspex.ingest.Speed;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.BackgroundThreads;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingStatus;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalCombiner;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalPipeline;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The feedback's own thread, beside the feed: whenever signals were published or a champion took
 * over it writes the outcomes that are due, and brings the live figures up to date. Publications
 * that come while it works are handled together; at {@code --speed=max} live closes wait for it, so
 * that whoever decides sees what would be known in real time. What fails is logged and tried again
 * with the next publication.
 */
@ApplicationScoped
class FeedbackLoop {

    private static final Logger LOG = Logger.getLogger(FeedbackLoop.class);
    private static final String HOLDER = "feedback";
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final SignalHub hub;
    private final ModelServer server;
    private final ModelRegistry registry;
    private final LiveFeatures features;
    private final OutcomeStore store;
    private final OutcomeWriter writer;
    private final LiveFeedback live;
    private final FeedbackMetrics metrics;
    private final FeedbackConfig config;
    private final List<SignalCombiner> combiners;
    private final LiveHold hold;
    private final boolean holding;

    /** The last close of each feed whose signals were published: it is stored whole. */
    private final Map<String, Long> published = new ConcurrentHashMap<>();

    /** By name the signals of several models that live figures are kept of. */
    private final Map<String, Stream> followedTogether = new HashMap<>();

    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private final Semaphore news = new Semaphore(0);
    private final ReentrantLock passing = new ReentrantLock();

    /** So that the hold for a publication is not let go by the pass before it. */
    private final ReentrantLock gate = new ReentrantLock();

    private boolean restored;
    private SignalHub.@Nullable Subscription subscription;
    private @Nullable Thread thread;

    FeedbackLoop(
            SignalHub hub,
            ModelServer server,
            ModelRegistry registry,
            LiveFeatures features,
            OutcomeStore store,
            OutcomeWriter writer,
            LiveFeedback live,
            FeedbackMetrics metrics,
            FeedbackConfig config,
            @All List<SignalCombiner> combiners,
            LiveHold hold,
            @ConfigProperty(name = "auspex.speed", defaultValue = "300") String speed) {
        this.hub = hub;
        this.server = server;
        this.registry = registry;
        this.features = features;
        this.store = store;
        this.writer = writer;
        this.live = live;
        this.metrics = metrics;
        this.config = config;
        this.combiners = combiners;
        this.hold = hold;
        this.holding = Speed.parse(speed) instanceof Speed.Max;
    }

    /** After the stream, which is to hear of signals first. */
    void start(@Observes @Priority(SignalPipeline.RESTORE_PRIORITY + 2) StartupEvent started) {
        subscription = hub.subscribe(_ -> news.release(), this::heard);
        thread = BackgroundThreads.factory("feedback-").newThread(this::run);
        thread.start();
    }

    void stop(@Observes @Priority(2) ShutdownEvent stopped) throws InterruptedException {
        if (subscription != null) {
            subscription.close();
        }
        if (thread != null) {
            thread.interrupt();
            if (!thread.join(STOP_TIMEOUT)) {
                LOG.warn("the feedback did not stop in time");
            }
        }
    }

    void promoted(@Observes ModelPromoted promotion) {
        news.release();
    }

    /** On the feed's thread. */
    private void heard(List<Signal> signals) {
        for (Signal signal : signals) {
            streams.add(new Stream(signal.feed(), signal.model()));
            published.merge(signal.feed(), signal.closeTime().toEpochMilli(), Math::max);
        }
        gate.lock();
        try {
            if (holding) {
                hold.hold(HOLDER);
            }
            news.release();
        } finally {
            gate.unlock();
        }
    }

    /** The edge of the thread: everything that a pass throws ends here. */
    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                news.acquire();
                int _ = news.drainPermits();
                pass();
            } catch (InterruptedException stopped) {
                return;
            } catch (Exception failure) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                LOG.errorf(failure, "outcomes and live figures are not up to date");
            }
            letGo();
        }
    }

    /** What was published meanwhile has its own pass. */
    private void letGo() {
        gate.lock();
        try {
            if (holding && news.availablePermits() == 0) {
                hold.release(HOLDER);
            }
        } finally {
            gate.unlock();
        }
    }

    /** Brings everything up to date. */
    void pass() {
        passing.lock();
        try {
            if (!restored) {
                streams.addAll(writer.restore());
                restored = true;
            }
            followChampions();
            for (Stream stream : Set.copyOf(streams)) {
                judgedBy(stream).ifPresent(spec -> write(stream, spec));
            }
            for (ChampionFeedback champion : live.champions()) {
                var _ = champion.see(features.vectors(champion.schema().hash()).values());
                champion.publish();
            }
        } finally {
            passing.unlock();
        }
    }

    /** Of a model its specification; signals that are nobody's alone are judged like one. */
    private Optional<ModelSpec> judgedBy(Stream stream) {
        Optional<ModelSpec> together = together(stream);
        return together.isPresent()
                ? together
                : Await.item(() -> registry.model(stream.model())).map(RegisteredModel::spec);
    }

    /** What the signals of several models together are judged by; empty for those of one. */
    private Optional<ModelSpec> together(Stream stream) {
        return combiners.stream()
                .flatMap(combiner -> combiner.judgedAs(stream.feed(), stream.model()).stream())
                .findFirst();
    }

    private void write(Stream stream, ModelSpec spec) {
        writer.write(
                stream,
                spec,
                published.getOrDefault(stream.feed(), Long.MIN_VALUE),
                batch ->
                        live.champion(stream.model()).ifPresent(champion -> champion.judge(batch)));
    }

    /**
     * Before outcomes are written, so that each reaches a champion once: from here or from there.
     */
    private void followChampions() {
        Set<String> serving = new HashSet<>();
        for (ServingStatus status : server.status()) {
            Integer version = status.version();
            if (version != null) {
                serving.add(status.model());
                Optional<ChampionFeedback> followed = live.champion(status.model());
                if (followed.isEmpty() || followed.get().version() != version) {
                    follow(status.model(), version);
                }
            }
        }
        for (Stream stream : streams) {
            Optional<ModelSpec> together = together(stream);
            if (together.isPresent() && serving.add(stream.model())) {
                if (!stream.equals(followedTogether.put(stream.model(), stream))
                        || live.champion(stream.model()).isEmpty()) {
                    follow(stream, together.get());
                }
            }
        }
        live.champions().stream()
                .map(ChampionFeedback::model)
                .filter(model -> !serving.contains(model))
                .forEach(live::forget);
    }

    private void follow(Stream stream, ModelSpec spec) {
        ChampionFeedback together =
                ChampionFeedback.together(
                        stream.model(),
                        spec.targets(),
                        spec.targets().horizonCandles() * spec.market().timeframe().millis(),
                        config);
        long known = Await.item(() -> store.judgedCount(stream));
        together.judge(Await.item(() -> store.judged(stream, kept(known))));
        together.publish();
        live.follow(together);
        metrics.register(stream.model());
    }

    /** Whole windows begin where they began before the restart. */
    private int kept(long known) {
        long kept = Math.max((long) config.window() * config.windows(), config.recent());
        return (int) Math.min(known, kept + known % config.window());
    }

    private void follow(String name, int version) {
        Optional<RegisteredModel> model = Await.item(() -> registry.model(name));
        Optional<ModelVersion> stored = Await.item(() -> registry.version(name, version));
        if (model.isEmpty() || stored.isEmpty()) {
            return;
        }
        ModelSpec spec = model.get().spec();
        ChampionFeedback champion =
                new ChampionFeedback(
                        name,
                        version,
                        stored.get().schema(),
                        spec.targets(),
                        spec.targets().horizonCandles() * spec.market().timeframe().millis(),
                        TrainedFacts.of(stored.get().report()),
                        config);
        Instant dataFrom = champion.dataFrom();
        if (dataFrom != null) {
            champion.remember(
                    Await.item(() ->
                            store.before(
                                    name,
                                    dataFrom.toEpochMilli(),
                                    champion.rememberedStepMillis())));
        }
        long known = Await.item(() -> store.judgedCount(name, version));
        champion.judge(Await.item(() -> store.judged(name, version, kept(known))));
        champion.publish();
        live.follow(champion);
        metrics.register(name);
    }
}
