package io.auspex.retraining;

import io.auspex.dataset.JobFolder;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.CandleHistory;
import io.auspex.platform.Await;
import io.auspex.platform.Folders;
import io.auspex.platform.Role;
import io.auspex.platform.Roles;
import io.auspex.platform.Trace;
import io.auspex.platform.Traces;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes refits from the queue and carries them out, at most {@code auspex.refit.workers} at once,
 * each on a virtual thread. It begins when the candles are there.
 */
@ApplicationScoped
class RefitRunner {

    /** Before the feed, whose history is followed by a first refit. */
    private static final int START_PRIORITY = 50_000;

    private static final Logger LOG = Logger.getLogger(RefitRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration MAX_PAUSE = Duration.ofMinutes(5);

    private final RefitQueue queue;
    private final RefitNews news;
    private final RunningFeed feed;
    private final RetrainingConfig.Refits config;
    private final JobFolders folders;
    private final Owner owner;
    private final Roles roles;
    private final Traces traces;
    private final RefitAttempt.Tools tools;

    private final Semaphore wake = new Semaphore(0);
    private final Map<Long, RefitAttempt> running = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    @Inject
    RefitRunner(
            RefitQueue queue,
            RefitNews news,
            RunningFeed feed,
            RetrainingConfig config,
            Folders data,
            ModelRegistry registry,
            CandleHistory history,
            Candidates candidates,
            Workers workers,
            Roles roles,
            Traces traces,
            @Any Instance<DatasetSource> sources) {
        this.queue = queue;
        this.news = news;
        this.feed = feed;
        this.config = config.refit();
        this.roles = roles;
        this.traces = traces;
        this.folders = new JobFolders(data.folder("jobs"));
        this.owner = Owner.in(folders.jobs());
        this.tools =
                new RefitAttempt.Tools(
                        registry,
                        queue,
                        history,
                        candidates,
                        workers,
                        sources,
                        limits(config.refit()));
    }

    private static WorkerProcess.Limits limits(RetrainingConfig.Refits config) {
        return new WorkerProcess.Limits(
                config.timeout(),
                config.worker().silence(),
                config.worker().memory().asLongValue());
    }

    /** What a killed service has left behind: its workers, its jobs, its folders. */
    void recover(@Observes @Priority(START_PRIORITY) StartupEvent started) {
        try {
            int orphans = WorkerProcess.endOrphans(folders.jobs());
            if (orphans > 0) {
                LOG.infof("ended %d workers of a service that was killed", orphans);
            }
            folders.keepNewest();
            List<String> dead =
                    Await.item(queue::owners).stream().filter(owner::isPredecessor).toList();
            for (Refit refit : Await.item(() -> queue.abandon(dead))) {
                LOG.infof("refit %d was interrupted: %s", refit.id(), refit.state());
                news.tell(refit);
            }
        } catch (IOException | RuntimeException failure) {
            LOG.error("what a former service left behind could not be cleared away", failure);
        }
    }

    /** Begins to take jobs; once, and only with the role {@code refit}. */
    synchronized void begin() {
        if (!threads.isEmpty() || stopping || !roles.has(Role.REFIT)) {
            return;
        }
        for (int i = 1; i <= config.workers(); i++) {
            threads.add(Thread.ofVirtual().name("refit-" + i).start(this::takeJobs));
        }
    }

    /** There is something to do. */
    void wake() {
        wake.release();
    }

    /** Ends a job that runs here; its state is the queue's business. */
    void halt(long id) {
        RefitAttempt attempt = running.get(id);
        if (attempt != null) {
            attempt.stop();
        }
    }

    synchronized void stop(@Observes @Priority(1) ShutdownEvent stopped) {
        stopping = true;
        running.values().forEach(RefitAttempt::stop);
        wake.release(config.workers());
        try {
            for (Thread thread : threads) {
                if (!thread.join(STOP_TIMEOUT)) {
                    LOG.warn("a refit did not stop in time; its lease will run out");
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeJobs() {
        while (!stopping) {
            try {
                if (!takeOne() && wake.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException unreachable) {
                LOG.warnf("the refit queue does not answer: %s", unreachable.getMessage());
                pause();
            }
        }
    }

    private void pause() {
        try {
            var _ = wake.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean takeOne() {
        HistoryLoaded loaded = feed.get().orElse(null);
        if (loaded == null) {
            return false;
        }
        Await.item(queue::expire).forEach(news::tell);
        List<String> models = modelsOf(loaded);
        Optional<ClaimedRefit> claim =
                Await.item(() -> queue.claim(owner.name(), config.lease(), models));
        claim.ifPresent(job -> carryOut(job, loaded));
        return claim.isPresent();
    }

    /** Processes with other feeds may share the queue: each takes what it has candles for. */
    private List<String> modelsOf(HistoryLoaded loaded) {
        return Await.item(tools.registry()::models).stream()
                .filter(model -> model.spec().market().timeframe() == loaded.timeframe())
                .filter(model -> model.spec().market().coversFeed(loaded.feed()))
                .map(RegisteredModel::name)
                .toList();
    }

    private void carryOut(ClaimedRefit claim, HistoryLoaded loaded) {
        news.tell(claim.refit());
        LOG.infof(
                "refit %d of %s begins (%s), attempt %d of %d",
                claim.id(),
                claim.refit().model(),
                claim.refit().triggerReason(),
                claim.attempt(),
                claim.refit().maxAttempts());
        try (Trace trace = traces.begin("refit", System.nanoTime())) {
            trace.with("refit", claim.id())
                    .with("model", claim.refit().model())
                    .with("reason", claim.refit().triggerReason())
                    .with("attempt", claim.attempt());
            carryOut(claim, loaded, trace);
        }
    }

    private void carryOut(ClaimedRefit claim, HistoryLoaded loaded, Trace trace) {
        JobFolder folder = null;
        AttemptResult result;
        RefitTrace phases = new RefitTrace(trace);
        try {
            folder = folders.create(claim.id(), claim.attempt());
            result = attempt(claim, loaded, folder, phases);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            result = new AttemptResult.Stopped();
        } catch (Exception failure) {
            LOG.errorf(failure, "refit %d failed", claim.id());
            result = new AttemptResult.Failed("refit failed: " + failure, "", true);
        }
        phases.end(System.nanoTime());
        told(trace, result);
        // First, so that whoever hears of the end finds the folder as the rule says.
        clear(folder, result);
        conclude(claim, result);
    }

    private static void told(Trace trace, AttemptResult result) {
        switch (result) {
            case AttemptResult.Decided decided ->
                    trace.with("decision", decided.decision()).with("version", decided.version());
            case AttemptResult.Failed failed -> trace.failed(failed.reason());
            case AttemptResult.Stopped _ -> trace.failed("stopped");
        }
    }

    private AttemptResult attempt(
            ClaimedRefit claim, HistoryLoaded loaded, JobFolder folder, RefitTrace phases)
            throws Exception {
        AtomicReference<@Nullable RefitAttempt> current = new AtomicReference<>();
        Runnable onLost =
                () -> {
                    LOG.infof("refit %d has ended, or is not ours any more", claim.id());
                    Optional.ofNullable(current.get()).ifPresent(RefitAttempt::stop);
                };
        try (LeaseKeeper keeper =
                new LeaseKeeper(queue, claim, config.lease(), news::tell, onLost)) {
            RefitAttempt attempt =
                    new RefitAttempt(tools, claim, loaded, folder, new Steps(keeper, phases));
            current.set(attempt);
            running.put(claim.id(), attempt);
            if (stopping || keeper.isLost()) {
                attempt.stop();
            }
            return attempt.run();
        } finally {
            running.remove(claim.id());
        }
    }

    /** Passes on what changed: a phase or a percent, not every step. */
    private static final class Steps implements RefitAttempt.Listener {

        private final LeaseKeeper keeper;
        private final RefitTrace phases;
        private String phase = "";
        private int percent = -1;

        Steps(LeaseKeeper keeper, RefitTrace phases) {
            this.keeper = keeper;
            this.phases = phases;
        }

        @Override
        public synchronized void at(String nextPhase, int nextPercent) {
            int forward = Math.max(percent, nextPercent);
            phases.at(nextPhase, System.nanoTime());
            if (!phase.equals(nextPhase) || percent != forward) {
                phase = nextPhase;
                percent = forward;
                keeper.progress(phase, percent);
            }
        }
    }

    private void conclude(ClaimedRefit claim, AttemptResult result) {
        Optional<Refit> written =
                switch (result) {
                    case AttemptResult.Decided decided ->
                            write(() ->
                                    queue.succeed(
                                            claim,
                                            decided.decision(),
                                            decided.reason(),
                                            decided.version()));
                    case AttemptResult.Failed failed when failed.worthRetrying() ->
                            write(() ->
                                    queue.attemptFailed(
                                            claim,
                                            failed.reason(),
                                            failed.lastOutput(),
                                            pauseAfter(claim.attempt())));
                    case AttemptResult.Failed failed ->
                            write(() -> queue.fail(claim, failed.reason(), failed.lastOutput()));
                    case AttemptResult.Stopped _ -> write(() -> queue.release(claim));
                };
        written.or(() -> endedWithDecision(claim))
                .ifPresent(refit -> {
                    LOG.infof(
                            "refit %d of %s: %s%s",
                            refit.id(),
                            refit.model(),
                            refit.decision() == null ? refit.state() : refit.decision(),
                            refit.reason() == null ? "" : ", " + refit.reason());
                    news.tell(refit);
                });
    }

    /** As a rule a decision has taken the end of its job along; its answer may have been lost. */
    private Optional<Refit> endedWithDecision(ClaimedRefit claim) {
        return write(() -> queue.refit(claim.id()))
                .filter(refit -> refit.state() == RefitState.SUCCEEDED)
                .filter(refit -> refit.attempt() == claim.attempt());
    }

    /** When the database is away the lease runs out, and the job comes back by itself. */
    private static Optional<Refit> write(Supplier<Uni<Optional<Refit>>> update) {
        try {
            return Await.item(update);
        } catch (RuntimeException unreachable) {
            LOG.warnf(
                    "the end of a refit could not be written (%s); it comes back when its lease has run out",
                    String.valueOf(unreachable.getMessage()).lines().findFirst().orElse(""));
            return Optional.empty();
        }
    }

    private void clear(@Nullable JobFolder folder, AttemptResult result) {
        if (folder == null) {
            return;
        }
        try {
            switch (result) {
                case AttemptResult.Failed _ -> folders.failed(folder);
                case AttemptResult.Decided _, AttemptResult.Stopped _ -> folders.done(folder);
            }
        } catch (IOException failure) {
            LOG.warnf("%s could not be cleared: %s", folder.path(), failure.getMessage());
        }
    }

    private Duration pauseAfter(int attempt) {
        Duration pause = config.backoff().multipliedBy(1L << Math.min(attempt - 1, 16));
        return pause.compareTo(MAX_PAUSE) < 0 ? pause : MAX_PAUSE;
    }
}
