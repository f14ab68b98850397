package io.auspex.signals;

import io.auspex.features.FeatureSchema;
import io.auspex.market.CandleHistory;
import io.auspex.model.Head;
import io.auspex.platform.Await;
import io.auspex.platform.BackgroundThreads;
import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;
import io.auspex.serving.Lease;
import io.auspex.serving.ModelServer;
import io.auspex.serving.PastFeatures;
import io.auspex.serving.ServingModel;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Computes signals again: the candles that their features can depend on from the store, the model
 * by its version, and then the same {@link io.auspex.features.FeatureEngine} and {@link
 * SignalMaker} as live. What a guard said is taken from the receipt, because it depends on what was
 * live then. A few at a time, on threads that give way to requests.
 */
@ApplicationScoped
public class SignalReplay {

    private final SignalLedger ledger;
    private final CandleHistory history;
    private final ModelServer models;
    private final SignalsConfig config;
    private final List<Recomputation> recomputations;
    private final ExecutorService threads;

    SignalReplay(
            SignalLedger ledger,
            CandleHistory history,
            ModelServer models,
            SignalsConfig config,
            @All List<Recomputation> recomputations) {
        this.ledger = ledger;
        this.history = history;
        this.models = models;
        this.config = config;
        this.recomputations = List.copyOf(recomputations);
        if (config.replays() < 1 || config.replaysWaiting() < 1) {
            throw new IllegalArgumentException(
                    "auspex.signals.replays and auspex.signals.replays-waiting must be at least 1");
        }
        this.threads =
                new ThreadPoolExecutor(
                        config.replays(),
                        config.replays(),
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(config.replaysWaiting()),
                        BackgroundThreads.factory("auspex-replay-"));
    }

    /**
     * Computes a signal again.
     *
     * @return fails with {@link Failure}: NOT_FOUND {@code no-such-signal}; CONFLICT {@code
     *     nothing-to-replay}, {@code no-receipt}, and whatever {@link ModelServer#pinned} says of
     *     the version, {@code artefact-gone} among it; NOT_READY {@code replays-busy}
     */
    public Uni<Replayed> replay(String id) {
        return Uni.createFrom()
                .emitter(emitter -> {
                    try {
                        threads.execute(() -> {
                            try {
                                emitter.complete(again(id));
                            } catch (RuntimeException | Error failure) {
                                emitter.fail(failure);
                            }
                        });
                    } catch (RejectedExecutionException full) {
                        emitter.fail(
                                new Failure(
                                        Category.NOT_READY,
                                        "replays-busy",
                                        "%d replays run and %d wait already; ask again later"
                                                .formatted(
                                                        config.replays(),
                                                        config.replaysWaiting())));
                    }
                });
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    private Replayed again(String id) {
        Signal signal =
                Await.item(() -> ledger.signal(id))
                        .orElseThrow(() ->
                                new Failure(
                                        Category.NOT_FOUND,
                                        "no-such-signal",
                                        "there is no signal '" + id + "'"));
        if (signal.action() == Action.MISSED) {
            throw new Failure(
                    Category.CONFLICT,
                    "nothing-to-replay",
                    "nothing was computed for " + id + ": " + signal.reason());
        }
        Receipt receipt =
                Await.item(() -> ledger.receipt(id))
                        .orElseThrow(() ->
                                new Failure(
                                        Category.CONFLICT,
                                        "no-receipt",
                                        id
                                                + " has no receipt: it is from before there were"
                                                + " receipts, or there was nothing to compute from: "
                                                + signal.reason()));
        Replay replay = new Replay(signal, receipt);
        return receipt.artefact() == null ? replay.ofMembers() : replay.ofModel();
    }

    /** One replay. */
    private final class Replay {

        private final Signal signal;
        private final Receipt receipt;
        private final SignalMaker maker;
        private final Differences differences = new Differences();
        private final List<String> notes = new ArrayList<>();

        Replay(Signal signal, Receipt receipt) {
            this.signal = signal;
            this.receipt = receipt;
            String guard = receipt.guard();
            this.maker =
                    new SignalMaker(
                            receipt.rule(),
                            guard == null ? List.of() : List.of((_, _) -> Optional.of(guard)),
                            config.expiry());
            if (guard != null) {
                notes.add(
                        "a guard held it back; what it said is taken from the receipt, because it"
                                + " depended on what was live then");
            }
            if (!receipt.rule().equals(config.rule())) {
                notes.add(
                        "the rule has other parameters today, "
                                + config.rule()
                                + "; the receipt's were used");
            }
        }

        Replayed ofModel() {
            try (Lease lease = pinned(signal.model(), signal.version())) {
                ServingModel model = lease.model();
                differences.compare("artefact", receipt.artefact(), model.artefact());
                differences.compare("schema_hash", signal.schemaHash(), model.schema().hash());
                Optional<PastFeatures> past = past(model.schema());
                if (past.isEmpty()) {
                    differences.compareCandles(receipt.candles(), List.of());
                    return nothing();
                }
                differences.compareCandles(receipt.candles(), past.get().vector().candles());
                PendingSignal again =
                        maker.decide(
                                model,
                                past.get().close(),
                                past.get().close().candles().getFirst(),
                                past.get().vector());
                return compared(again);
            }
        }

        Replayed ofMembers() {
            for (Recomputation recomputation : recomputations) {
                Optional<Recomputation.Recomputed> found = recomputation.again(signal, receipt);
                if (found.isPresent()) {
                    return ofMembers(recomputation, found.get());
                }
            }
            throw new Failure(
                    Category.CONFLICT,
                    "nothing-to-replay",
                    "nobody here knows how " + signal.model() + " combined its members");
        }

        private Replayed ofMembers(Recomputation recomputation, Recomputation.Recomputed found) {
            for (int i = 0; i < receipt.members().size(); i++) {
                Receipt.Member then = receipt.members().get(i);
                Receipt.Member now = i < found.members().size() ? found.members().get(i) : null;
                String what = "members." + then.name() + ".";
                Receipt.Recorded recorded = then.recorded();
                if (recorded != null) {
                    notes.add(
                            "%s is not asked again: its answer (version %d, SHA-256 %s) is taken from the receipt"
                                    .formatted(then.name(), then.version(), recorded.answer()));
                }
                differences.compare(
                        what + "artefact", then.artefact(), now == null ? null : now.artefact());
                differences.compareHeads(what, then.heads(), now == null ? Map.of() : now.heads());
                differences.compareCandles(then.candles(), now == null ? List.of() : now.candles());
            }
            String guard = receipt.guard();
            Decision decision =
                    guard == null ? receipt.rule().decide(found.heads()) : Decision.abstain(guard);
            return compared(recomputation.explained(decision, found), found.heads(), null);
        }

        private Replayed compared(PendingSignal again) {
            differences.compare("close_price", signal.closePrice(), again.closePrice());
            return compared(again.decision(), again.heads(), outlook(again));
        }

        private Replayed compared(
                Decision decision, Map<Head, Double> heads, @Nullable TradeOutlook outlook) {
            differences.compareHeads("heads.", signal.heads(), SignalColumns.inOrder(heads));
            differences.compare("action", signal.action(), decision.action());
            differences.compare("reason", signal.reason(), decision.reason());
            differences.compare("confidence", signal.confidence(), decision.confidence());
            Double profit = outlook == null ? null : (Double) outlook.predictedProfit();
            Double pProfit = outlook == null ? null : (Double) outlook.pProfit();
            differences.compare("predicted_profit", signal.predictedProfit(), profit);
            differences.compare("p_profit", signal.pProfit(), pProfit);
            return new Replayed(
                    signal.id(),
                    differences.found().isEmpty(),
                    differences.found(),
                    notes,
                    decision.action(),
                    decision.reason(),
                    decision.confidence(),
                    heads,
                    profit,
                    pProfit);
        }

        /** What the trade-outcome model of then says; null when none was asked. */
        private @Nullable TradeOutlook outlook(PendingSignal again) {
            Receipt.Outlook source = receipt.outlook();
            if (source == null) {
                return null;
            }
            try (Lease lease = pinned(source.model(), source.version())) {
                ServingModel model = lease.model();
                differences.compare("outlook.artefact", source.artefact(), model.artefact());
                Optional<PastFeatures> past = past(model.liveSchema());
                differences.compareCandles(
                        source.candles(),
                        past.map(found -> found.vector().candles()).orElse(List.of()));
                return past.flatMap(found ->
                                TradeOutlooks.outlook(
                                        model,
                                        found.close().closeTimeMillis(),
                                        again,
                                        found.vector()))
                        .orElse(null);
            }
        }

        private Replayed nothing() {
            return new Replayed(
                    signal.id(),
                    false,
                    differences.found(),
                    notes,
                    null,
                    null,
                    null,
                    Map.of(),
                    null,
                    null);
        }

        private Lease pinned(String model, int version) {
            return Await.item(() -> models.pinned(model, version));
        }

        private Optional<PastFeatures> past(FeatureSchema schema) {
            return PastFeatures.at(
                    schema,
                    history,
                    signal.feed(),
                    signal.timeframe(),
                    signal.symbol(),
                    signal.closeTime().toEpochMilli());
        }
    }
}
