package io.auspex.signals;

import io.auspex.market.CloseListener;
import io.auspex.market.MarketClose;
import io.auspex.platform.Await;
import io.auspex.serving.Lease;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * From a close to its published signals, on the feed's thread: features, prediction, decision,
 * ledger, publication, strictly in this order. Nothing is published that was not committed. While
 * the database fails the feed waits, for a bounded number of attempts; then the close is skipped
 * and the status says so.
 */
@ApplicationScoped
public class SignalPipeline implements CloseListener {

    /** Startup order: the hub knows the ledger before anyone subscribes to it. */
    public static final int RESTORE_PRIORITY = 100;

    private static final Logger LOG = Logger.getLogger(SignalPipeline.class);

    private final LiveFeatures features;
    private final ModelServer models;
    private final SignalLedger ledger;
    private final SignalHub hub;
    private final SignalsConfig config;
    private final SignalMaker maker;
    private final MeterRegistry meters;
    private final Timer latency;
    private volatile SignalsStatus status = SignalsStatus.FRESH;
    private volatile boolean restored;

    SignalPipeline(
            LiveFeatures features,
            ModelServer models,
            SignalLedger ledger,
            SignalHub hub,
            SignalsConfig config,
            @All List<SignalGuard> guards,
            MeterRegistry meters) {
        this.features = features;
        this.models = models;
        this.ledger = ledger;
        this.hub = hub;
        this.config = config;
        this.maker = new SignalMaker(config.rule(), guards);
        this.meters = meters;
        this.latency =
                Timer.builder("auspex.candle.to.signal")
                        .description("From a complete close to its committed, published signals")
                        .publishPercentileHistogram()
                        .register(meters);
    }

    /** What became of the closes so far. */
    public SignalsStatus status() {
        return status;
    }

    /** The rule that decides here, so that whoever looks back decides by the same. */
    public DecisionRule rule() {
        return maker.rule();
    }

    @Override
    public void onClose(MarketClose close) {
        long start = System.nanoTime();
        features.accept(close);
        List<PendingSignal> decided = decide(close);
        if (decided.isEmpty()) {
            return;
        }
        Optional<List<Signal>> committed = commit(close, decided);
        if (committed.isEmpty()) {
            return;
        }
        List<Signal> news = hub.publish(committed.get());
        latency.record(Duration.ofNanos(System.nanoTime() - start));
        news.forEach(this::count);
        status = status.emitted(Instant.ofEpochMilli(close.closeTimeMillis()), news.size());
    }

    /**
     * Whether the newest signal of the ledger is of that close: the signals of a close are
     * committed together, in the order of time. A close that had no signals counts as not handled,
     * and so does one of a feed that was not the last to run; to have it again changes nothing that
     * is stored.
     */
    @Override
    public boolean hasHandled(String feed, long closeTimeMillis) {
        return Await.item(() -> ledger.newest(null, 1)).stream()
                .anyMatch(newest ->
                        newest.feed().equals(feed)
                                && newest.closeTime().toEpochMilli() >= closeTimeMillis);
    }

    void start(@Observes @Priority(RESTORE_PRIORITY) StartupEvent started) {
        restore();
    }

    /**
     * One signal for every candle of the close and every champion whose market it is in and whose
     * features are computed here.
     */
    private List<PendingSignal> decide(MarketClose close) {
        List<PendingSignal> decided = new ArrayList<>();
        List<String> ofTrades = new ArrayList<>();
        for (ServingStatus served : models.status()) {
            Optional<Lease> champion = models.acquire(served.model());
            if (champion.isPresent()) {
                try (Lease lease = champion.get()) {
                    switch (lease.model().kind()) {
                        case MARKET ->
                                decided.addAll(
                                        maker.signals(lease.model(), close, features::vectors));
                        case TRADE_OUTCOME -> {
                            if (TradeOutlooks.covers(lease.model(), close)) {
                                ofTrades.add(served.model());
                            }
                        }
                    }
                }
            }
        }
        // The first by name speaks; a market has one, unless somebody has declared more.
        return ofTrades.isEmpty() ? decided : withOutlooks(ofTrades.getFirst(), close, decided);
    }

    private List<PendingSignal> withOutlooks(
            String model, MarketClose close, List<PendingSignal> decided) {
        Optional<Lease> champion = models.acquire(model);
        if (champion.isEmpty()) {
            return decided;
        }
        try (Lease lease = champion.get()) {
            return new TradeOutlooks(features).add(lease.model(), close, decided);
        }
    }

    /** Empty when the ledger could not be reached within the bounded attempts. */
    private Optional<List<Signal>> commit(MarketClose close, List<PendingSignal> decided) {
        try {
            if (!restored) {
                restore();
            }
            return Optional.of(
                    Await.item(() ->
                            ledger.append(decided)
                                    .ifNoItem()
                                    .after(config.appendTimeout())
                                    .fail()
                                    .onFailure()
                                    .retry()
                                    .withBackOff(config.appendBackoff())
                                    .atMost(config.appendAttempts() - 1L)));
        } catch (RuntimeException failure) {
            Instant closeTime = Instant.ofEpochMilli(close.closeTimeMillis());
            LOG.errorf(failure, "the signals of the close at %s were not stored", closeTime);
            meters.counter("auspex.closes.skipped").increment();
            status =
                    status.skipped(closeTime, decided.size(), String.valueOf(failure.getMessage()));
            return Optional.empty();
        }
    }

    private void restore() {
        List<Signal> latest = Await.item(() -> ledger.latestOfEachSymbol(SignalHub.MAX_SYMBOLS));
        long head = Await.item(ledger::head);
        hub.restore(head, latest);
        restored = true;
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
}
