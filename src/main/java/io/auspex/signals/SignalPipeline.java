package io.auspex.signals;

import io.auspex.market.CandleHistory;
import io.auspex.market.CloseListener;
import io.auspex.market.CloseTimes;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.platform.Await;
import io.auspex.platform.Folders;
import io.auspex.platform.Traces;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * From a close to its published signals, on the feed's thread: features, prediction, decision,
 * ledger, publication, strictly in this order; the first three while the candles are being stored
 * (docs/decisions/0042). Nothing is published that is not on disk: in the ledger, or, while the
 * database is away, in the local spool ({@link SignalEmission}). A close of a market that runs by
 * the clock which is handed over when its signals would have expired is recorded as missed.
 */
@ApplicationScoped
public class SignalPipeline implements CloseListener {

    /** Startup order: the hub knows the ledger before anyone subscribes to it. */
    public static final int RESTORE_PRIORITY = 100;

    private static final Logger LOG = Logger.getLogger(SignalPipeline.class);

    private final LiveFeatures features;
    private final SignalLedger ledger;
    private final SignalHub hub;
    private final SignalMaker maker;
    private final CloseDecisions decisions;
    private final CandleHistory history;
    private final MissedCloses missed;
    private final SignalSpool spool;
    private final SignalEmission emission;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Counter skipped;
    private final Timer latency;
    private final CloseSteps steps;
    private final Runnable rehearsal;
    private final AtomicReference<SignalsStatus> status =
            new AtomicReference<>(SignalsStatus.FRESH);
    private volatile boolean restored;

    /** On the feed's thread; null when nothing was. */
    private @Nullable Ahead ahead;

    /** The feed whose closes can be late; null when it is none. */
    private volatile @Nullable String byTheClock;

    /** What was worked out while the candles of a close were being stored. */
    private record Ahead(MarketClose close, CloseDecisions.OfModels ofModels) {}

    @Inject
    SignalPipeline(
            LiveFeatures features,
            ModelServer models,
            SignalLedger ledger,
            SignalHub hub,
            SignalsConfig config,
            @All List<SignalGuard> guards,
            @All List<SignalCombiner> combiners,
            CandleHistory history,
            Folders folders,
            InstantSource clock,
            MeterRegistry meters,
            Traces traces,
            CloseRehearsal rehearsal) {
        this(
                features,
                models,
                ledger,
                hub,
                config,
                guards,
                combiners,
                history,
                folders.folder("spool").resolve("signals"),
                clock,
                meters,
                traces,
                rehearsal::begin);
    }

    /** One without combiners, without traces and without a rehearsal. */
    SignalPipeline(
            LiveFeatures features,
            ModelServer models,
            SignalLedger ledger,
            SignalHub hub,
            SignalsConfig config,
            List<SignalGuard> guards,
            CandleHistory history,
            Path spoolFile,
            InstantSource clock,
            MeterRegistry meters) {
        this(
                features,
                models,
                ledger,
                hub,
                config,
                guards,
                List.of(),
                history,
                spoolFile,
                clock,
                meters,
                Traces.off(),
                () -> {});
    }

    /**
     * @param spoolFile where signals wait while the database is away
     * @param rehearsal begun when a feed's history is complete
     */
    private SignalPipeline(
            LiveFeatures features,
            ModelServer models,
            SignalLedger ledger,
            SignalHub hub,
            SignalsConfig config,
            List<SignalGuard> guards,
            List<SignalCombiner> combiners,
            CandleHistory history,
            Path spoolFile,
            InstantSource clock,
            MeterRegistry meters,
            Traces traces,
            Runnable rehearsal) {
        this.features = features;
        this.ledger = ledger;
        this.hub = hub;
        this.history = history;
        this.clock = clock;
        this.steps = new CloseSteps(meters, traces);
        this.rehearsal = rehearsal;
        this.maker = new SignalMaker(config.rule(), guards, config.expiry(), steps::predicted);
        this.decisions = new CloseDecisions(features, models, maker, combiners);
        this.missed = new MissedCloses(ledger, history, decisions, config.missedWithin());
        this.meters = meters;
        this.skipped = meters.counter("auspex.closes.skipped");
        try {
            this.spool = SignalSpool.open(spoolFile, config.spool());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        this.emission = new SignalEmission(ledger, spool, hub, config, clock, new Drained());
        this.latency =
                Timer.builder("auspex.candle.to.signal")
                        .description("From a complete close to its stored, published signals")
                        .publishPercentileHistogram()
                        .register(meters);
        Gauge.builder("auspex.spool.signals", spool, SignalSpool::size)
                .description("Signals that wait on disk for the database")
                .register(meters);
    }

    /** What became of the closes so far. */
    public SignalsStatus status() {
        return status.get().waiting(emission.spooled());
    }

    /** The rule that decides here, so that whoever looks back decides by the same. */
    public DecisionRule rule() {
        return maker.rule();
    }

    /** Until when signals that are made here may be traded. */
    public Expiry expiry() {
        return maker.expiry();
    }

    /** Features, predictions and decisions, while the database stores the candles. */
    @Override
    public void onArrival(MarketClose close) {
        ahead = null;
        if (tooLate(close).isPresent()) {
            return;
        }
        steps.begin();
        if (!features.acceptAhead(close)) {
            return;
        }
        steps.featuresDone();
        CloseDecisions.OfModels ofModels = decisions.ofModels(close);
        steps.aheadDone();
        ahead = new Ahead(close, ofModels);
    }

    @Override
    public void onClose(MarketClose close) {
        onClose(close, CloseTimes.now());
    }

    @Override
    public void onClose(MarketClose close, CloseTimes times) {
        Ahead known = ahead != null && ahead.close.equals(close) ? ahead : null;
        ahead = null;
        steps.start();
        if (known == null) {
            steps.begin();
        }
        features.accept(close);
        if (known == null) {
            steps.featuresDone();
        }
        List<PendingSignal> decided =
                tooLate(close)
                        .map(reason -> decisions.missed(close, reason, _ -> true))
                        .orElseGet(() ->
                                decisions.whole(
                                        close,
                                        known == null
                                                ? decisions.ofModels(close)
                                                : known.ofModels));
        steps.decisionsDone(times);
        if (decided.isEmpty()) {
            return;
        }
        emit(decided, steps);
        latency.record(Duration.ofNanos(System.nanoTime() - times.storedNanos()));
    }

    /**
     * Records what was missed while no service ran. The newest stored close may still be in time:
     * then it is spoken of.
     */
    @Override
    public void onHistoryComplete(
            String feed, Timeframe timeframe, boolean followsTheClock, long lastCloseTimeMillis) {
        byTheClock = followsTheClock ? feed : null;
        rehearsal.run();
        if (!followsTheClock) {
            return;
        }
        long lastMissed =
                isLate(lastCloseTimeMillis, timeframe)
                        ? lastCloseTimeMillis
                        : lastCloseTimeMillis - timeframe.millis();
        missed.forEach(
                feed, timeframe, spool.newestClose(feed), lastMissed, clock.instant(), this::emit);
        if (lastMissed < lastCloseTimeMillis && !hasHandled(feed, lastCloseTimeMillis)) {
            speakOf(feed, timeframe, lastCloseTimeMillis);
        }
    }

    /**
     * Whether signals of that close, or of a later one, are in the ledger or in the spool: those of
     * a close come there together, in the order of time. A close that had no signals counts as not
     * handled, and so does one of a feed that was not the last to run; to have it again changes
     * nothing that is stored.
     */
    @Override
    public boolean hasHandled(String feed, long closeTimeMillis) {
        return spool.newestClose(feed).orElse(Long.MIN_VALUE) >= closeTimeMillis
                || Await.item(() -> ledger.newest(null, 1)).stream()
                        .anyMatch(newest ->
                                newest.feed().equals(feed)
                                        && newest.closeTime().toEpochMilli() >= closeTimeMillis);
    }

    void start(@Observes @Priority(RESTORE_PRIORITY) StartupEvent started) {
        restore();
        emission.begin();
    }

    @PreDestroy
    void stop() throws IOException {
        emission.close();
        spool.close();
    }

    /** The features are as of that close already: they were built from what is stored. */
    private void speakOf(String feed, Timeframe timeframe, long closeTimeMillis) {
        history.closes(feed, timeframe, closeTimeMillis - 1, closeTimeMillis).stream()
                .map(close -> decisions.whole(close, decisions.ofModels(close)))
                .filter(decided -> !decided.isEmpty())
                .forEach(this::emit);
    }

    /** Why nothing must be said of a close any more; empty while something may. */
    private Optional<String> tooLate(MarketClose close) {
        Timeframe timeframe = close.candles().getFirst().timeframe();
        if (!close.feed().equals(byTheClock) || !isLate(close.closeTimeMillis(), timeframe)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        return Optional.of(
                "missed: it came at %s, %s after it closed"
                        .formatted(
                                now,
                                Duration.between(
                                        Instant.ofEpochMilli(close.closeTimeMillis()), now)));
    }

    private boolean isLate(long closeTimeMillis, Timeframe timeframe) {
        return clock.millis() >= maker.expiry().of(closeTimeMillis, timeframe);
    }

    /** Signals of a close that is long over: how long they take is nobody's latency. */
    private void emit(List<PendingSignal> decided) {
        emit(decided, CloseSteps.untimed());
    }

    private void emit(List<PendingSignal> decided, CloseSteps timed) {
        if (!restored) {
            restoreIfPossible();
        }
        Instant closeTime = Instant.ofEpochMilli(decided.getFirst().closeTimeMillis());
        switch (emission.emit(decided, timed)) {
            case SignalEmission.Emitted.Durable(List<Signal> news) -> {
                told(news);
                if (!news.isEmpty()) {
                    timed.stored(news.size(), news.getLast().seq());
                }
            }
            case SignalEmission.Emitted.Spooled() -> {
                timed.spooled();
                LOG.debugf("the signals of %s are in the spool", closeTime);
            }
            case SignalEmission.Emitted.Refused(RuntimeException why) -> refused(decided, why);
        }
    }

    private void told(List<Signal> news) {
        news.forEach(this::count);
        if (!news.isEmpty()) {
            Signal last = news.getLast();
            LOG.debugf(
                    "the signals of %s are in the ledger, the last is %d",
                    last.closeTime(), last.seq());
            status.updateAndGet(before -> before.emitted(news.getLast().closeTime(), news.size()));
        }
    }

    private void refused(List<PendingSignal> decided, RuntimeException why) {
        Instant closeTime = Instant.ofEpochMilli(decided.getFirst().closeTimeMillis());
        LOG.errorf(why, "the signals of the close at %s were not stored", closeTime);
        skipped.increment();
        status.updateAndGet(before ->
                before.skipped(closeTime, decided.size(), String.valueOf(why.getMessage())));
    }

    private void restore() {
        // In this order: what another process appends in between is published like all that
        // follows.
        long head = Await.item(ledger::head);
        List<Signal> latest = Await.item(() -> ledger.latestOfEachSymbol(SignalHub.MAX_SYMBOLS));
        hub.restore(head, latest.stream().filter(signal -> signal.seq() <= head).toList());
        restored = true;
    }

    /** Without it what is published is the same; only what was before is not known here. */
    private void restoreIfPossible() {
        try {
            restore();
        } catch (RuntimeException away) {
            LOG.debugf("the hub does not know yet what the ledger holds: %s", away);
        }
    }

    private void count(Signal signal) {
        meters.counter(
                        "auspex.signals",
                        "model",
                        signal.model(),
                        "action",
                        signal.action().name().toLowerCase(Locale.ROOT))
                .increment();
    }

    /** What comes out of the spool. */
    private final class Drained implements SignalEmission.Listener {

        @Override
        public void appended(List<Signal> news) {
            told(news);
        }

        @Override
        public void refused(List<PendingSignal> signals, RuntimeException why) {
            SignalPipeline.this.refused(signals, why);
        }
    }
}
