package io.auspex.backtest;

import io.auspex.backtest.BacktestRequest.PaperRequest;
import io.auspex.backtest.RunState.Walk;
import io.auspex.backtest.VersionPlan.Stage;
import io.auspex.ingest.CandleStore;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Failure;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalHub;
import io.auspex.signals.SignalPipeline;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The live loop on paper: for every model with signals an account that trades by them, with the
 * rules of a backtest. It has a thread of its own beside the feed, which is told of publications
 * and then reads the ledger and the stored candles from where it stands; so nothing is missed by
 * being late, or by having been killed. Publications that come while it works are handled together.
 *
 * <p>Traded are the symbols of the first close that it knows; a new dry run knows the new ones.
 */
@ApplicationScoped
class DryRuns {

    private static final Logger LOG = Logger.getLogger(DryRuns.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    /** There is no end; this is the last moment that ISO 8601 writes with four digits. */
    private static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

    /** Models that are followed; the others have no dry run. */
    private static final int MAX_MODELS = 200;

    private final SignalHub hub;
    private final BacktestStore store;
    private final BacktestArchive archive;
    private final PastRecords past;
    private final BacktestPlanner planner;
    private final SignalPipeline pipeline;
    private final CandleStore candles;
    private final BacktestConfig config;

    /** Of each model what it said last: enough to begin. */
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();

    private final Set<String> begun = new HashSet<>();

    /** Models that have spoken since they were brought up to date. */
    private final Set<String> spoken = ConcurrentHashMap.newKeySet();

    private boolean restored;
    private final Semaphore news = new Semaphore(0);
    private SignalHub.@Nullable Subscription subscription;
    private @Nullable Thread thread;

    /**
     * The newest close at which a model spoke.
     *
     * @param first the first one since the service started
     */
    private record Heard(
            String feed,
            Timeframe timeframe,
            Instant first,
            Instant close,
            int version,
            List<Symbol> symbols) {}

    DryRuns(
            SignalHub hub,
            BacktestStore store,
            BacktestArchive archive,
            PastRecords past,
            BacktestPlanner planner,
            SignalPipeline pipeline,
            CandleStore candles,
            BacktestConfig config) {
        this.hub = hub;
        this.store = store;
        this.archive = archive;
        this.past = past;
        this.planner = planner;
        this.pipeline = pipeline;
        this.candles = candles;
        this.config = config;
    }

    /** After the stream, which is to hear of signals first. */
    void start(@Observes @Priority(SignalPipeline.RESTORE_PRIORITY + 2) StartupEvent started) {
        if (config.dryRun()) {
            subscription = hub.subscribe(_ -> news.release(), this::heard);
            thread = Thread.ofPlatform().daemon().name("dry-run").start(this::run);
        }
    }

    void stop(@Observes @Priority(2) ShutdownEvent stopped) throws InterruptedException {
        if (subscription != null) {
            subscription.close();
        }
        if (thread != null) {
            thread.interrupt();
            if (!thread.join(STOP_TIMEOUT)) {
                LOG.warn("the dry run did not stop in time");
            }
        }
    }

    /** Ends the dry run of a model and begins another one with the next close. */
    long begin(String name, @Nullable PaperRequest rules) {
        Heard last = heard.get(name);
        if (last == null) {
            throw new Failure(
                    Failure.Category.NOT_READY,
                    "no-signals",
                    "%s has had no live signal since the service started: a dry run needs to know its symbols"
                            .formatted(name));
        }
        archive.dryRuns().stream()
                .filter(run -> run.model().equals(name))
                .forEach(run -> store.cancel(run.id()));
        return begin(name, last, last.close(), planner.rules(rules, planner.targets(name)))
                .or(() ->
                        archive.dryRuns().stream()
                                .filter(run -> run.model().equals(name))
                                .map(Backtest::id)
                                .findFirst())
                .orElseThrow();
    }

    /**
     * @param after the first close that counts is later
     */
    private Optional<Long> begin(String model, Heard last, Instant after, PaperRules rules) {
        BacktestPlan plan =
                new BacktestPlan(
                        model,
                        last.feed(),
                        last.timeframe(),
                        last.symbols(),
                        after.plusMillis(1),
                        NEVER,
                        new VersionPlan(
                                List.of(new Stage(last.version(), after, Instant.EPOCH)), null),
                        pipeline.rule(),
                        rules,
                        false,
                        0,
                        0);
        return store.insertDryRun(plan, RunState.fresh(plan));
    }

    /** On the feed's thread. */
    private void heard(List<Signal> signals) {
        Map<String, TreeMap<Symbol, Signal>> byModel = new TreeMap<>();
        for (Signal signal : signals) {
            byModel.computeIfAbsent(signal.model(), _ -> new TreeMap<>())
                    .put(signal.symbol(), signal);
        }
        byModel.forEach((model, ofClose) -> {
            Signal any = ofClose.firstEntry().getValue();
            Heard before = heard.get(model);
            if (before != null || heard.size() < MAX_MODELS) {
                heard.put(
                        model,
                        new Heard(
                                any.feed(),
                                any.timeframe(),
                                before != null && before.feed().equals(any.feed())
                                        ? before.first()
                                        : any.closeTime(),
                                any.closeTime(),
                                any.version(),
                                List.copyOf(ofClose.keySet())));
                spoken.add(model);
            }
        });
        news.release();
    }

    /** The edge of the thread. */
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
                LOG.warnf("the dry run is late: %s", failure);
            }
        }
    }

    /** Begins what has not begun, and brings every dry run up to date. */
    synchronized void pass() {
        if (!restored) {
            archive.dryRuns()
                    .forEach(run -> {
                        begun.add(run.model());
                        spoken.add(run.model());
                    });
            restored = true;
        }
        Set<String> behind = Set.copyOf(spoken);
        if (behind.isEmpty()) {
            return;
        }
        spoken.removeAll(behind);
        boolean done = false;
        try {
            behind.forEach(this::beginOnce);
            for (Backtest run : archive.dryRuns()) {
                if (behind.contains(run.model())) {
                    bringUpToDate(run);
                }
            }
            done = true;
        } finally {
            if (!done) {
                spoken.addAll(behind);
            }
        }
    }

    private void beginOnce(String model) {
        Heard known = heard.get(model);
        if (known != null && !begun.contains(model)) {
            var _ =
                    begin(
                            model,
                            known,
                            known.first().minusMillis(1),
                            planner.rules(null, planner.targets(model)));
            begun.add(model);
        }
    }

    private void bringUpToDate(Backtest run) {
        BacktestPlan plan = run.plan();
        RunState state = archive.state(run.id()).orElseThrow();
        long newest = past.newestSignal(plan.feed(), plan.model()).orElse(Long.MIN_VALUE);
        long step = config.chunk() * plan.timeframe().millis();
        while (state.positionMillis() < newest) {
            long to = Math.min(newest, state.positionMillis() + step);
            PaperAccount account =
                    new PaperAccount(
                            plan.rules(), plan.timeframe(), plan.symbols().size(), state.account());
            SortedMap<Long, List<Call>> calls =
                    past.signals(plan.feed(), plan.model(), state.positionMillis(), to);
            Map<String, Long> actions = new TreeMap<>(state.actions());
            long rows = state.rows();
            for (MarketClose close :
                    candles.closes(plan.feed(), plan.timeframe(), state.positionMillis(), to)) {
                List<Candle> traded =
                        close.candles().stream()
                                .filter(candle -> plan.symbols().contains(candle.symbol()))
                                .toList();
                if (!traded.isEmpty()) {
                    List<Call> said = calls.getOrDefault(close.closeTimeMillis(), List.of());
                    account.accept(
                            new MarketClose(close.feed(), close.closeTimeMillis(), traded), said);
                    rows += said.size();
                    said.forEach(call -> actions.merge(call.action().name(), 1L, Long::sum));
                }
            }
            RunState next =
                    new RunState(
                            to,
                            account.state(),
                            Walk.BEGIN,
                            rows,
                            0,
                            actions,
                            state.signalsSha256());
            if (!store.dryProgress(
                    run.id(),
                    state.positionMillis(),
                    next,
                    account.takeTrades(),
                    account.takeDays())) {
                // Another process was faster, or somebody has ended it.
                return;
            }
            state = next;
        }
    }
}
