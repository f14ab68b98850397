package io.auspex.ensemble;

import io.auspex.ingest.CandleStore;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.model.TradeStatistics;
import io.auspex.platform.Await;
import io.auspex.platform.BackgroundThreads;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.signals.SignalPipeline;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts, works off and ends reinforcement sessions. One runs at a time, whichever process works on
 * it, on a thread of its own that gives way to requests. A session that its process left behind
 * (ended, or killed) goes on from its last checkpoint, here or elsewhere, once its lease is over.
 */
@ApplicationScoped
public class Reinforcement {

    /** Most sessions of one answer. */
    public static final int MAX_SESSIONS = 1_000;

    private static final int AFTER_STARTUP = 3_500;
    private static final int LOOKS_PER_LEASE = 3;
    private static final Logger LOG = Logger.getLogger(Reinforcement.class);

    private final SessionStore store;
    private final SessionPlanner planner;
    private final CandleStore candles;
    private final ModelRegistry registry;
    private final RuleCalibrations calibrations;
    private final EnsembleRecords records;
    private final SignalPipeline pipeline;
    private final EnsembleConfig config;
    private final EnsembleWeights weights;
    private final Vertx vertx;
    private final String owner = UUID.randomUUID().toString();
    private final ThreadFactory threads = BackgroundThreads.factory("reinforcement-");
    private final AtomicReference<@Nullable String> running = new AtomicReference<>();
    private volatile boolean stopping;
    private volatile @Nullable String toStop;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Long timer;

    Reinforcement(
            SessionStore store,
            SessionPlanner planner,
            CandleStore candles,
            ModelRegistry registry,
            RuleCalibrations calibrations,
            EnsembleRecords records,
            SignalPipeline pipeline,
            EnsembleConfig config,
            EnsembleWeights weights,
            Vertx vertx) {
        this.store = store;
        this.planner = planner;
        this.candles = candles;
        this.registry = registry;
        this.calibrations = calibrations;
        this.records = records;
        this.pipeline = pipeline;
        this.config = config;
        this.weights = weights;
        this.vertx = vertx;
    }

    /**
     * What a session is asked for; what is null has its default.
     *
     * @param testPeriodDays the newest days of stored candles, 1 to {@code
     *     auspex.ensemble.max-days}; 30
     * @param learningRate in (0, 1]; 0.01
     * @param rewardMultiplier in (0, 10]; 1.5
     * @param punishmentMultiplier in (0, 10]; 0.8
     * @param apply whether the weights become those in force; null for: only when no member has
     *     seen the period in training
     */
    public record Request(
            @Nullable Integer testPeriodDays,
            @Nullable Double learningRate,
            @Nullable Double rewardMultiplier,
            @Nullable Double punishmentMultiplier,
            @Nullable Boolean apply) {

        public static final Request DEFAULTS = new Request(null, null, null, null, null);
    }

    /**
     * A session that has begun.
     *
     * @param estimatedDuration in minutes
     */
    public record Started(boolean status, String sessionId, double estimatedDuration) {}

    void start(@Observes @Priority(AFTER_STARTUP) StartupEvent started) {
        timer =
                vertx.setPeriodic(
                        Math.max(1, config.lease().toMillis() / LOOKS_PER_LEASE), _ -> lookSoon());
        lookSoon();
    }

    void loaded(@Observes @Priority(AFTER_STARTUP) HistoryLoaded loaded) {
        planner.isRunning(loaded);
    }

    void stop(@Observes @Priority(1) ShutdownEvent ending) throws InterruptedException {
        stopping = true;
        Long periodic = timer;
        if (periodic != null) {
            vertx.cancelTimer(periodic);
        }
        Thread worker = thread;
        if (worker != null && !worker.join(Duration.ofSeconds(5))) {
            LOG.warn("the reinforcement session did not reach a checkpoint in time");
        }
        try {
            Await.item(() -> store.release(owner));
        } catch (RuntimeException away) {
            LOG.debugf("the session's lease runs out by itself: %s", away.getMessage());
        }
    }

    /**
     * Begins a session. Blocking: for virtual threads.
     *
     * @throws Failure INVALID {@code invalid-field}; CONFLICT {@code session-running}, {@code
     *     too-few-members}; NOT_READY {@code no-candles}
     */
    public Started begin(Request request) {
        SessionPlan plan = planner.plan(request);
        String id = UUID.randomUUID().toString();
        ReinforcementSession session =
                Await.item(() -> store.insert(id, plan, owner, config.lease()));
        work(new SessionStore.Stored(session, null));
        return new Started(true, id, planner.estimatedMinutes(plan));
    }

    /**
     * Ends the session that runs, as {@code STOPPED}; its trades stay.
     *
     * @param id null for whichever runs
     * @return fails with CONFLICT {@code no-session-running}
     */
    public Uni<ReinforcementSession> end(@Nullable String id) {
        return store.stop(id, "stopped on request")
                .map(found ->
                        found.orElseThrow(() ->
                                new Failure(
                                        Failure.Category.CONFLICT,
                                        "no-session-running",
                                        id == null
                                                ? "no session runs"
                                                : "session " + id + " does not run")))
                .invoke(session -> toStop = session.sessionId());
    }

    /**
     * A session by its id.
     *
     * @return fails with NOT_FOUND {@code no-such-session}
     */
    public Uni<ReinforcementSession> session(String id) {
        return store.session(id)
                .map(found ->
                        found.orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-session",
                                        "there is no session '" + id + "'")));
    }

    /**
     * The newest first.
     *
     * @param limit 1 to {@link #MAX_SESSIONS}
     */
    public Uni<List<ReinforcementSession>> sessions(int limit) {
        return store.newest(Math.clamp(limit, 1, MAX_SESSIONS));
    }

    /**
     * The figures of members in a session. Blocking: for virtual threads.
     *
     * @param id null for the newest one
     * @throws Failure NOT_FOUND {@code no-such-session}
     */
    public Performance performance(@Nullable String id) {
        List<ReinforcementSession> found =
                id == null ? Await.item(() -> sessions(1)) : List.of(Await.item(() -> session(id)));
        if (found.isEmpty()) {
            return Performance.NONE;
        }
        ReinforcementSession session = found.getFirst();
        SessionResult result = session.result();
        List<SessionResult.MemberResult> members =
                result == null ? members(session, session.plan()) : result.members();
        return new Performance(
                session.sessionId(),
                session.state(),
                session.plan().after(),
                session.plan().to(),
                inSample(members).orElse(null),
                members);
    }

    private void lookSoon() {
        if (running.get() == null && !stopping) {
            Thread.ofVirtual().name("reinforcement-look").start(this::look);
        }
    }

    /** For a session that nobody works on any more. */
    private void look() {
        try {
            Await.item(() -> store.claim(owner, config.lease()))
                    .ifPresent(left -> {
                        LOG.infof(
                                "session %s goes on from %d %%",
                                left.session().sessionId(), left.session().progress());
                        work(left);
                    });
        } catch (RuntimeException away) {
            LOG.debugf("sessions could not be looked at: %s", away.getMessage());
        }
    }

    private void work(SessionStore.Stored stored) {
        String id = stored.session().sessionId();
        running.set(id);
        Thread worker =
                threads.newThread(() -> {
                    try {
                        workOff(stored);
                    } finally {
                        running.compareAndSet(id, null);
                    }
                });
        thread = worker;
        worker.start();
    }

    /** The edge of the thread: whatever fails ends the session as failed, with the reason. */
    private void workOff(SessionStore.Stored stored) {
        String id = stored.session().sessionId();
        SessionRun.Tools tools =
                new SessionRun.Tools(
                        store,
                        candles,
                        registry,
                        calibrations,
                        records,
                        pipeline.rule(),
                        config,
                        owner,
                        System::nanoTime);
        try {
            Replay end = new SessionRun(stored, tools, () -> stopping || id.equals(toStop)).run();
            finish(stored.session(), end);
        } catch (SessionRun.InterruptedRunException interrupted) {
            LOG.infof("session %s: interrupted", id);
        } catch (Exception failure) {
            LOG.errorf(failure, "session %s failed", id);
            fail(id, String.valueOf(failure.getMessage()));
        }
    }

    private void fail(String id, String reason) {
        try {
            boolean _ =
                    Await.item(() ->
                            store.finish(
                                    id, owner, ReinforcementSession.State.FAILED, null, reason));
        } catch (RuntimeException away) {
            LOG.warnf("session %s is tried again later: %s", id, away.getMessage());
        }
    }

    private void finish(ReinforcementSession session, Replay end) {
        SessionPlan plan = session.plan();
        Learning learning = end.learning();
        List<SessionResult.MemberResult> members = members(session, plan);
        Optional<String> seen = inSample(members);
        SortedMap<String, Double> after = learning.weights();
        EnsembleWeights.Adoption adoption =
                Boolean.FALSE.equals(plan.apply())
                        ? new EnsembleWeights.Adoption(false, "the request said so")
                        : plan.apply() == null && seen.isPresent()
                                ? new EnsembleWeights.Adoption(
                                        false,
                                        seen.get()
                                                + "; start with \"apply\": true to have them in force all the same")
                                : weights.adopt(session.sessionId(), plan.weightsRevision(), after);
        SessionResult result =
                new SessionResult(
                        adoption.applied(),
                        adoption.reason(),
                        seen.orElse(null),
                        shares(plan.base()),
                        after,
                        learning.regret(),
                        members,
                        end.state().open().values().stream().mapToInt(List::size).sum());
        boolean _ =
                Await.item(() ->
                        store.finish(
                                session.sessionId(),
                                owner,
                                ReinforcementSession.State.COMPLETED,
                                result,
                                null));
        LOG.infof(
                "session %s: completed, weights %s, %s",
                session.sessionId(), after, adoption.reason());
    }

    private List<SessionResult.MemberResult> members(
            ReinforcementSession session, SessionPlan plan) {
        Map<String, double[]> pnls = Await.item(() -> store.pnls(session.sessionId()));
        List<SessionResult.MemberResult> results = new ArrayList<>();
        for (SessionPlan.Planned member : plan.members()) {
            Double overlap = plan.overlap(member.trainedFrom(), member.trainedTo());
            results.add(
                    new SessionResult.MemberResult(
                            member.name(),
                            member.model(),
                            member.version(),
                            overlap == null ? null : (Boolean) (overlap > 0),
                            overlap,
                            member.trainedFrom(),
                            member.trainedTo(),
                            statistics(pnls, member.name())));
        }
        results.add(
                new SessionResult.MemberResult(
                        Members.ENSEMBLE,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        statistics(pnls, Members.ENSEMBLE)));
        return results;
    }

    private static TradeStatistics statistics(Map<String, double[]> pnls, String member) {
        return TradeStatistics.of(pnls.getOrDefault(member, new double[0]));
    }

    /** In one sentence which members have seen the period, or may have. */
    private static Optional<String> inSample(List<SessionResult.MemberResult> members) {
        List<String> seen = new ArrayList<>();
        for (SessionResult.MemberResult member : members) {
            Double overlap = member.overlap();
            if (member.model() != null && overlap == null) {
                seen.add(
                        "it is not known what %s v%d was trained on"
                                .formatted(member.member(), member.version()));
            } else if (overlap != null && overlap > 0) {
                seen.add(
                        "%s v%d was trained on %.0f %% of the period"
                                .formatted(member.member(), member.version(), 100 * overlap));
            }
        }
        return seen.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", seen));
    }

    private static SortedMap<String, Double> shares(SortedMap<String, Double> weights) {
        double total = weights.values().stream().mapToDouble(weight -> weight).sum();
        SortedMap<String, Double> shares = new TreeMap<>();
        weights.forEach((member, weight) -> shares.put(member, weight / total));
        return shares;
    }
}
