package io.auspex.shadow;

import io.auspex.ingest.FeedLeader;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelPromoted;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.serving.Lease;
import io.auspex.serving.ModelServer;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalPipeline;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries trials on, close by close. The feed's thread only asks the version in the shadow;
 * storing, loading, looking and deciding happen on one virtual thread, in the order of the closes.
 * What is on trial is read from the database, at the latest {@value #LOOK_AROUND_SECONDS} seconds
 * after a change by whichever process.
 */
@ApplicationScoped
class ShadowRunner {

    static final long LOOK_AROUND_SECONDS = 5;

    /** Closes that may wait; beyond that they count for no trial. */
    private static final int MAX_WAITING = 1_024;

    private static final Logger LOG = Logger.getLogger(ShadowRunner.class);

    private final SignalHub hub;
    private final ModelServer server;
    private final ModelRegistry registry;
    private final PairScorer scorer;
    private final TrialStore store;
    private final TrialJudge judge;
    private final TrialProposals proposals;
    private final FeedLeader leader;
    private final ThreadPoolExecutor worker;

    /** By model; read by the feed's thread. */
    private final ConcurrentMap<String, ActiveTrial> active = new ConcurrentHashMap<>();

    private volatile boolean changed = true;
    private long lookedAroundNanos;
    private SignalHub.@Nullable Subscription signals;

    @Inject
    ShadowRunner(
            SignalHub hub,
            ModelServer server,
            ModelRegistry registry,
            PairScorer scorer,
            TrialStore store,
            TrialJudge judge,
            ShadowConfig config,
            FeedLeader leader,
            @ConfigProperty(name = "auspex.promote", defaultValue = "evidence") String promote) {
        this.hub = hub;
        this.server = server;
        this.registry = registry;
        this.scorer = scorer;
        this.store = store;
        this.judge = judge;
        this.leader = leader;
        // Who asks for no evidence does not want to be rolled back on evidence either.
        this.proposals =
                new TrialProposals(
                        config.watch() && !promote.equalsIgnoreCase("always"),
                        config.watchCloses(),
                        config.watchLooks());
        this.worker =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(MAX_WAITING),
                        Thread.ofVirtual().name("auspex-shadow").factory());
    }

    /** After the stream, which is to hear of signals first. */
    void start(@Observes @Priority(SignalPipeline.RESTORE_PRIORITY + 2) StartupEvent started) {
        signals = hub.subscribe(_ -> {}, this::published);
    }

    void promoted(@Observes ModelPromoted news) {
        changed = true;
    }

    /** Somebody has changed what is to run in the shadow. */
    void lookAround() {
        changed = true;
    }

    @PreDestroy
    void stop() {
        if (signals != null) {
            signals.close();
        }
        worker.shutdownNow();
    }

    /** Waits until everything that was published before has been dealt with. */
    void settle() throws InterruptedException, ExecutionException {
        Future<?> last = worker.submit(() -> {});
        last.get();
    }

    /** On the feed's thread: all signals of one close, of all models. */
    private void published(List<Signal> close) {
        if (leader.isElsewhere(close.getFirst().feed())) {
            // Its trials are carried on there.
            return;
        }
        Map<String, List<Signal>> byModel =
                close.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Signal::model, LinkedHashMap::new, Collectors.toList()));
        Map<ActiveTrial, List<ShadowPair>> answers = new LinkedHashMap<>();
        byModel.forEach((model, signals) -> {
            ActiveTrial trial = active.get(model);
            if (trial != null) {
                answers.put(trial, scorer.pairs(trial.trial, signals));
            }
        });
        String feed = close.getFirst().feed();
        long closeTimeMillis = close.getFirst().closeTime().toEpochMilli();
        try {
            worker.execute(() -> closed(feed, closeTimeMillis, answers));
        } catch (RejectedExecutionException full) {
            LOG.debugf("a close counts for no trial: %d wait already", MAX_WAITING);
        }
    }

    private void closed(
            String feed, long closeTimeMillis, Map<ActiveTrial, List<ShadowPair>> answers) {
        try {
            answers.forEach((trial, pairs) -> carryOn(trial, closeTimeMillis, pairs));
            long sinceNanos = System.nanoTime() - lookedAroundNanos;
            if (changed || sinceNanos > Duration.ofSeconds(LOOK_AROUND_SECONDS).toNanos()) {
                changed = false;
                lookedAroundNanos = System.nanoTime();
                lookAroundNow(feed);
            }
        } catch (RuntimeException failure) {
            changed = true;
            LOG.warnf("what runs in the shadow waits: %s", failure.getMessage());
        }
    }

    private void carryOn(ActiveTrial trial, long closeTimeMillis, List<ShadowPair> pairs) {
        if (active.get(trial.trial.model()) != trial) {
            return;
        }
        if (!pairs.isEmpty()) {
            Await.item(() -> store.record(trial.trial.id(), pairs));
            trial.answered(closeTimeMillis);
        }
        OptionalInt look = trial.due(closeTimeMillis);
        if (look.isPresent() && judge.look(trial, look.getAsInt())) {
            active.remove(trial.trial.model(), trial);
            changed = true;
        }
    }

    private void lookAroundNow(String feed) {
        Map<String, ShadowTrial> open = new LinkedHashMap<>();
        Await.item(store::open).forEach(trial -> open.put(trial.model(), trial));
        active.keySet().retainAll(open.keySet());
        for (TrialStore.Standing standing : Await.item(store::standings)) {
            Optional<ModelSpec> spec = specServing(standing, feed);
            if (spec.isPresent()) {
                Optional.ofNullable(open.get(standing.model()))
                        .flatMap(trial -> stillValid(trial, standing, feed))
                        .or(() -> opened(standing, feed))
                        .ifPresent(trial -> activate(trial, spec.get(), share(trial, standing)));
            }
        }
    }

    /** The specification of a model whose champion answers here, for this feed. */
    private Optional<ModelSpec> specServing(TrialStore.Standing standing, String feed) {
        Optional<Lease> champion = server.acquire(standing.model());
        if (champion.isEmpty()) {
            return Optional.empty();
        }
        try (Lease lease = champion.get()) {
            if (lease.model().version() != standing.champion()
                    || !lease.model().market().coversFeed(feed)) {
                return Optional.empty();
            }
        }
        return Await.item(() -> registry.model(standing.model())).map(RegisteredModel::spec);
    }

    private Optional<ShadowTrial> stillValid(
            ShadowTrial trial, TrialStore.Standing standing, String feed) {
        Optional<String> over = proposals.over(trial, standing, feed);
        if (over.isEmpty()) {
            return Optional.of(trial);
        }
        active.remove(trial.model());
        judge.cancel(trial, over.get());
        return Optional.empty();
    }

    private Optional<ShadowTrial> opened(TrialStore.Standing standing, String feed) {
        return proposals
                .propose(standing, feed)
                .flatMap(proposal -> Await.item(() -> store.open(proposal)).stream().findFirst());
    }

    /** Only a challenger is given a share: the champion before has been replaced. */
    private static double share(ShadowTrial trial, TrialStore.Standing standing) {
        return switch (trial.kind()) {
            case CHALLENGE -> standing.challengerShare();
            case WATCH -> 0;
        };
    }

    private void activate(ShadowTrial trial, ModelSpec spec, double share) {
        if (runs(trial)) {
            server.share(trial.model(), share);
        } else if (!loaded(trial, share)) {
            return;
        }
        ActiveTrial present = active.get(trial.model());
        if (present == null || present.trial.id() != trial.id()) {
            List<Long> closeTimes = Await.item(() -> store.closeTimes(trial.id()));
            active.put(trial.model(), new ActiveTrial(trial, spec, closeTimes));
        }
    }

    private boolean runs(ShadowTrial trial) {
        Optional<Lease> shadow = server.acquireShadow(trial.model());
        if (shadow.isEmpty()) {
            return false;
        }
        try (Lease lease = shadow.get()) {
            return lease.model().version() == trial.shadow();
        }
    }

    private boolean loaded(ShadowTrial trial, double share) {
        try {
            Await.item(() -> server.shadow(trial.model(), trial.shadow(), share));
            return true;
        } catch (Failure failure) {
            String why =
                    "v%d does not run in the shadow: %s"
                            .formatted(trial.shadow(), failure.getMessage());
            switch (failure.slug()) {
                case "version-unusable", "artefact-gone" -> judge.unusable(trial, why);
                default -> LOG.warnf("%s: %s; later", trial.model(), why);
            }
            return false;
        }
    }
}
