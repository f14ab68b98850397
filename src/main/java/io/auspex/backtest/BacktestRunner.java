package io.auspex.backtest;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.backtest.BacktestReport.RefitRow;
import io.auspex.backtest.RunState.Walk;
import io.auspex.backtest.VersionFiles.VersionFile;
import io.auspex.feedback.RangeGuards;
import io.auspex.ingest.CandleStore;
import io.auspex.market.MarketClose;
import io.auspex.model.Quality;
import io.auspex.model.SharpeRatio;
import io.auspex.platform.Await;
import io.auspex.platform.BackgroundThreads;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.retraining.PastRefits;
import io.auspex.retraining.PastRefits.Champion;
import io.auspex.retraining.PastRefits.Order;
import io.auspex.retraining.PastRefits.Result;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries backtests out, one at a time, on a thread of the background. A run is claimed under a
 * lease that is renewed while it goes on; a process that dies leaves its lease to run out, and
 * whoever claims the run next goes on from its last checkpoint.
 *
 * <pre>
 * closes 0..85 %   random entries 85..99 %   report
 * </pre>
 */
@ApplicationScoped
class BacktestRunner {

    private static final Logger LOG = Logger.getLogger(BacktestRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final int CLOSES_DONE = 85;
    private static final int RANDOM_DONE = 99;

    private final BacktestStore store;
    private final BacktestArchive archive;
    private final BacktestTrials trials;
    private final CandleStore candles;
    private final ModelRegistry registry;
    private final RangeGuards guards;
    private final EnsembleSpeakers ensembles;
    private final PastRefits pastRefits;
    private final BacktestConfig config;
    private final String owner = UUID.randomUUID().toString();
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean stopping;
    private volatile @Nullable Run running;
    private @Nullable Thread thread;

    BacktestRunner(
            BacktestStore store,
            BacktestArchive archive,
            BacktestTrials trials,
            CandleStore candles,
            ModelRegistry registry,
            RangeGuards guards,
            EnsembleSpeakers ensembles,
            PastRefits pastRefits,
            BacktestConfig config) {
        this.store = store;
        this.archive = archive;
        this.trials = trials;
        this.candles = candles;
        this.registry = registry;
        this.guards = guards;
        this.ensembles = ensembles;
        this.pastRefits = pastRefits;
        this.config = config;
    }

    void start(@Observes StartupEvent started) {
        thread = BackgroundThreads.factory("backtest-").newThread(this::takeRuns);
        thread.start();
    }

    void stop(@Observes @Priority(1) ShutdownEvent stopped) throws InterruptedException {
        stopping = true;
        Thread ours = thread;
        if (ours != null) {
            ours.interrupt();
            if (!ours.join(STOP_TIMEOUT)) {
                LOG.warn("a backtest did not stop in time; its lease will run out");
            }
        }
    }

    /** There is something to do. */
    void wake() {
        wake.release();
    }

    /** Ends a run that runs here; its state is the store's business. */
    void halt(long id) {
        Run run = running;
        if (run != null && run.claim.id() == id) {
            run.lose();
        }
    }

    /** The edge of the thread. */
    private void takeRuns() {
        while (!stopping) {
            try {
                Optional<ClaimedBacktest> claim = store.claim(owner, config.lease());
                if (claim.isPresent()) {
                    carryOut(claim.get());
                } else if (wake.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    int _ = wake.drainPermits();
                }
            } catch (InterruptedException late) {
                // Of the end of everything, or of a run that had just ended by itself.
                LOG.debug("interrupted");
            } catch (RuntimeException unreachable) {
                if (!stopping) {
                    LOG.warnf("backtests wait: %s", unreachable.getMessage());
                    pause();
                }
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

    private void carryOut(ClaimedBacktest claim) {
        if (claim.attempt() > config.maxAttempts()) {
            store.end(
                    claim.id(),
                    owner,
                    BacktestState.FAILED,
                    "%d processes ended while they worked on it (backtest.max-attempts)"
                            .formatted(claim.attempt() - 1),
                    null);
            return;
        }
        Run run = new Run(claim, Thread.currentThread());
        running = run;
        Thread beat = Thread.ofVirtual().name("backtest-beat").start(run::beats);
        try {
            run.toItsEnd();
        } catch (InterruptedException stopped) {
            if (stopping && !run.lost) {
                // The flag would keep the database away.
                var _ = Thread.interrupted();
                store.release(claim.id(), owner);
            }
        } catch (Exception failure) {
            fail(run, failure);
        } finally {
            running = null;
            run.done = true;
            beat.interrupt();
            var _ = Thread.interrupted();
        }
    }

    private void fail(Run run, Exception failure) {
        var _ = Thread.interrupted();
        if (run.lost) {
            return;
        }
        if (stopping) {
            store.release(run.claim.id(), owner);
            return;
        }
        LOG.errorf(failure, "backtest %d failed", run.claim.id());
        String reason =
                failure instanceof Failure known
                        ? String.valueOf(known.getMessage())
                        : "the backtest failed: " + failure;
        // When the database is away this fails too, and the run comes back when its lease is over.
        store.end(run.claim.id(), owner, BacktestState.FAILED, reason, null);
    }

    /** One attempt at one run. */
    private final class Run implements BacktestEngine.Sink, RefittedVersions.Refitting {

        private final ClaimedBacktest claim;
        private final BacktestPlan plan;
        private final Thread worker;
        private final long startNanos = System.nanoTime();
        private final double startShare;
        private volatile boolean lost;
        private volatile boolean done;
        private volatile String phase = "closes";
        private volatile double share;
        private volatile @Nullable BacktestEngine engine;
        private long checkpointNanos = System.nanoTime();

        Run(ClaimedBacktest claim, Thread worker) {
            this.claim = claim;
            this.plan = claim.plan();
            this.worker = worker;
            startShare = share(claim.progress().map(RunState::positionMillis).orElse(0L));
            share = startShare;
        }

        void toItsEnd() throws IOException, InterruptedException {
            RunState begin = claim.progress().orElseGet(() -> RunState.fresh(plan));
            LOG.infof(
                    "backtest %d of %s %s",
                    claim.id(),
                    plan.model(),
                    claim.progress().isPresent()
                            ? "goes on after " + Instant.ofEpochMilli(begin.positionMillis())
                            : "begins");
            RunState end;
            try (Speaker speaker = speaker(begin)) {
                BacktestEngine running =
                        new BacktestEngine(plan, candles, speaker, begin, config.chunk(), this);
                engine = running;
                end = running.run();
            }
            phase = "random entries";
            RandomComparison random = random(end);
            phase = "report";
            BacktestReport report = report(end, random);
            if (store.end(claim.id(), owner, BacktestState.SUCCEEDED, null, report)) {
                store.prune(config.keep());
                LOG.infof("backtest %d of %s is done", claim.id(), plan.model());
            }
        }

        /** Renews the lease until the run has ended; ends it when it is not ours any more. */
        void beats() {
            try {
                while (!done) {
                    Thread.sleep(Math.min(1_000, config.lease().toMillis() / 3));
                    if (!done && !beat()) {
                        lose();
                        return;
                    }
                }
            } catch (InterruptedException ended) {
                // The run has.
            }
        }

        private boolean beat() {
            try {
                return store.beat(
                        claim.id(), owner, config.lease(), phase, (int) (100 * share), remaining());
            } catch (RuntimeException unreachable) {
                LOG.debugf("a beat was not heard: %s", unreachable.getMessage());
                return true;
            }
        }

        void lose() {
            lost = true;
            worker.interrupt();
        }

        private @Nullable Long remaining() {
            double made = share - startShare;
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            return made < 0.005 ? null : (Long) Math.round(seconds * (1 - share) / made);
        }

        private double share(long positionMillis) {
            double from = plan.from().toEpochMilli();
            double all = plan.to().toEpochMilli() - from;
            return CLOSES_DONE / 100.0 * Math.clamp((positionMillis - from) / all, 0, 1);
        }

        private Speaker speaker(RunState begin) {
            VersionPlan.Ensemble together = plan.versions().ensemble();
            if (together != null) {
                return ensembles.speaker(plan, together, begin, this::file);
            }
            VersionPlan.Refits refits = plan.versions().refits();
            return new ModelSpeaker(
                    plan,
                    candles,
                    refits == null
                            ? new StagedVersions(plan, number -> file(plan.model(), number), guards)
                            : new RefittedVersions(
                                    claim.id(), plan, refits, begin.walk(), candles, guards, this));
        }

        private VersionFile file(String model, int number) {
            ModelVersion version =
                    Await.item(() -> registry.version(model, number))
                            .orElseThrow(() ->
                                    new Failure(
                                            Failure.Category.NOT_FOUND,
                                            "no-such-version",
                                            "%s has no version %d".formatted(model, number)));
            JsonNode report = version.report();
            return new VersionFile(
                    number,
                    version.unproven(),
                    report,
                    Await.item(() -> registry.artefact(model, number)));
        }

        @Override
        public boolean wantsCheckpoint() {
            BacktestEngine running = engine;
            if (running != null) {
                share = share(running.positionMillis());
            }
            return System.nanoTime() - checkpointNanos >= config.checkpointEvery().toNanos();
        }

        @Override
        public void checkpoint(RunState state, List<PaperTrade> trades, List<EquityDay> days)
                throws InterruptedException {
            checkpointNanos = System.nanoTime();
            share = share(state.positionMillis());
            require(store.progress(claim.id(), owner, config.lease(), state, trades, days));
        }

        private void require(boolean ours) throws InterruptedException {
            if (!ours) {
                lost = true;
                throw new InterruptedException("the run is not ours any more");
            }
        }

        @Override
        public Result refit(Order order, int number) throws IOException, InterruptedException {
            BacktestEngine running = engine;
            if (running != null) {
                running.checkpoint();
            }
            Result result =
                    pastRefits.refit(
                            order,
                            number,
                            (step, _) -> phase = "refit %d: %s".formatted(number, step),
                            () -> lost || stopping);
            phase = "closes";
            return result;
        }

        @Override
        public void decided(int number, Instant due, Result result, Walk walk)
                throws InterruptedException {
            BacktestEngine running = engine;
            RunState state =
                    running == null ? RunState.fresh(plan).with(walk) : running.state().with(walk);
            require(store.refit(claim.id(), owner, config.lease(), state, number, due, result));
        }

        @Override
        public Champion champion(int number) {
            return archive.champion(claim.id(), number);
        }

        private @Nullable RandomComparison random(RunState end) throws InterruptedException {
            if (plan.randomDraws() == 0) {
                return null;
            }
            RandomEntries entries =
                    new RandomEntries(
                            plan.rules(),
                            plan.timeframe(),
                            end.account().symbols(),
                            plan.randomDraws(),
                            plan.seed());
            long step = config.chunk() * plan.timeframe().millis();
            long last = plan.to().toEpochMilli();
            for (long at = plan.from().toEpochMilli() - 1;
                    at < last;
                    at = Math.min(last, at + step)) {
                for (MarketClose close :
                        candles.closes(
                                plan.feed(), plan.timeframe(), at, Math.min(last, at + step))) {
                    entries.accept(close);
                }
                double part = share(at) / (CLOSES_DONE / 100.0);
                share = (CLOSES_DONE + part * (RANDOM_DONE - CLOSES_DONE)) / 100;
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            Tally total = end.account().total();
            return entries.end(
                    total.trades(), total.trades() == 0 ? 0 : total.fractions() / total.trades());
        }

        private BacktestReport report(RunState end, @Nullable RandomComparison random) {
            List<RefitRow> rows = new ArrayList<>(archive.refits(claim.id()));
            rows.addAll(BacktestService.given(plan.versions()));
            BacktestReport report =
                    BacktestReport.of(
                            claim.id(),
                            BacktestKind.BACKTEST.code(),
                            false,
                            plan,
                            end,
                            archive.days(claim.id()),
                            null,
                            random,
                            rows);
            SharpeRatio sharpe = report.sharpe();
            String digest = BacktestTrials.digest(plan);
            List<Optional<Double>> others = trials.trials(digest, plan);
            trials.trial(digest, plan, sharpe == null ? null : (Double) sharpe.ratio());
            if (sharpe == null) {
                return report;
            }
            double[] known =
                    others.stream()
                            .flatMap(Optional::stream)
                            .mapToDouble(Double::doubleValue)
                            .toArray();
            return BacktestReport.finished(
                    report, Quality.Deflated.of(sharpe, others.size() + 1L, known), random);
        }
    }
}
