package io.auspex.signals;

import io.auspex.features.Readiness;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.serving.LiveVector;
import io.auspex.serving.Prediction;
import io.auspex.serving.ServingModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * From the feature vectors of a close to decided signals: prediction, guards, decision rule. The
 * same code whoever asks, the live feed or somebody who looks back, so that both say the same.
 *
 * @param guards asked in this order; the first that objects is heard
 * @param predicted hears how long a prediction took, in nanoseconds
 */
public record SignalMaker(
        DecisionRule rule, List<SignalGuard> guards, Expiry expiry, LongConsumer predicted) {

    private static final Logger LOG = Logger.getLogger(SignalMaker.class);

    public SignalMaker {
        guards = List.copyOf(guards);
    }

    /** Nobody hears how long it takes. */
    public SignalMaker(DecisionRule rule, List<SignalGuard> guards, Expiry expiry) {
        this(rule, guards, expiry, _ -> {});
    }

    /**
     * One signal for every candle of the close that is in the model's market; none when its
     * features are not computed live.
     *
     * @param vectors the feature vectors as of the close, by schema hash
     */
    public List<PendingSignal> signals(
            ServingModel model,
            MarketClose close,
            Function<String, Map<Symbol, LiveVector>> vectors) {
        List<Candle> candles = covered(model, close);
        if (candles.isEmpty() || !model.isLive()) {
            return List.of();
        }
        Map<Symbol, LiveVector> ofSchema = vectors.apply(model.schema().hash());
        Map<Symbol, Prediction> predictions = together(model, close, candles, ofSchema);
        List<PendingSignal> decided = new ArrayList<>(candles.size());
        for (Candle candle : candles) {
            Symbol symbol = candle.symbol();
            decided.add(
                    decide(model, close, candle, ofSchema.get(symbol), predictions.get(symbol)));
        }
        return decided;
    }

    /**
     * What the model says of the rows that can be asked about; none when it is asked row by row, or
     * when it fails on one of them, which each of them is asked about again to find.
     */
    private Map<Symbol, Prediction> together(
            ServingModel model,
            MarketClose close,
            List<Candle> candles,
            Map<Symbol, LiveVector> ofSchema) {
        if (!model.rowsTogether()) {
            return Map.of();
        }
        List<LiveVector> ready = new ArrayList<>(candles.size());
        for (Candle candle : candles) {
            LiveVector vector = ofSchema.get(candle.symbol());
            if (vector != null
                    && isOf(close, vector)
                    && vector.readiness() instanceof Readiness.Ready) {
                ready.add(vector);
            }
        }
        try {
            long start = System.nanoTime();
            List<Prediction> said =
                    model.predictTogether(ready.stream().map(LiveVector::values).toList());
            predicted.accept(System.nanoTime() - start);
            Map<Symbol, Prediction> predictions = HashMap.newHashMap(ready.size());
            for (int i = 0; i < ready.size(); i++) {
                predictions.put(ready.get(i).symbol(), said.get(i));
            }
            return predictions;
        } catch (RuntimeException failure) {
            LOG.warnf(failure, "%s failed on the rows of a close together", model);
            return Map.of();
        }
    }

    private static boolean isOf(MarketClose close, LiveVector vector) {
        return vector.closeTimeMillis() == close.closeTimeMillis();
    }

    /**
     * The signal of one candle.
     *
     * @param vector as of its close; null when there is none
     */
    PendingSignal decide(
            ServingModel model, MarketClose close, Candle candle, @Nullable LiveVector vector) {
        return decide(model, close, candle, vector, null);
    }

    /**
     * @param known what the model says of the vector; null when it has not been asked yet
     */
    private PendingSignal decide(
            ServingModel model,
            MarketClose close,
            Candle candle,
            @Nullable LiveVector vector,
            @Nullable Prediction known) {
        if (vector == null || !isOf(close, vector)) {
            Said said = Said.abstained("there are no features for this close");
            return signal(model, close, candle, said, null);
        }
        Said said =
                switch (vector.readiness()) {
                    case Readiness.NotReady notReady -> Said.abstained(notReady.reason());
                    case Readiness.Ready _ -> scored(model, vector, known);
                };
        Receipt receipt = Receipt.of(model.artefact(), vector.candles(), rule, said.guard());
        return signal(model, close, candle, said, receipt);
    }

    /** The same for a close that nobody could be asked about in time. */
    List<PendingSignal> missed(ServingModel model, MarketClose close, String reason) {
        return covered(model, close).stream()
                .map(candle ->
                        signal(
                                model,
                                close,
                                candle,
                                new Said(Decision.missed(reason), Map.of(), null),
                                null))
                .toList();
    }

    /**
     * What came of asking.
     *
     * @param guard the reason of the guard that held it back; null when none did
     */
    private record Said(Decision decision, Map<Head, Double> heads, @Nullable String guard) {

        static Said abstained(String reason) {
            return new Said(Decision.abstain(reason), Map.of(), null);
        }
    }

    private static List<Candle> covered(ServingModel model, MarketClose close) {
        return close.candles().stream()
                .filter(candle ->
                        model.market().covers(close.feed(), candle.symbol(), candle.timeframe()))
                .toList();
    }

    /** One model that fails must not end the feed for all: it does not know, and says so. */
    private Said scored(ServingModel model, LiveVector vector, @Nullable Prediction known) {
        try {
            Prediction prediction = known == null ? asked(model, vector) : known;
            for (SignalGuard guard : guards) {
                Optional<String> reason = guard.reasonToAbstain(model, vector.values());
                if (reason.isPresent()) {
                    return new Said(
                            Decision.abstain(reason.get()), prediction.heads(), reason.get());
                }
            }
            return new Said(rule.decide(prediction.heads()), prediction.heads(), null);
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "%s failed on %s", model, vector.symbol());
            return Said.abstained("the model failed");
        }
    }

    private Prediction asked(ServingModel model, LiveVector vector) {
        long start = System.nanoTime();
        Prediction prediction = vector.values().predictedBy(model);
        predicted.accept(System.nanoTime() - start);
        return prediction;
    }

    private PendingSignal signal(
            ServingModel model,
            MarketClose close,
            Candle candle,
            Said said,
            @Nullable Receipt receipt) {
        return new PendingSignal(
                close.feed(),
                model.name(),
                model.version(),
                model.schema().hash(),
                candle.symbol(),
                candle.timeframe(),
                close.closeTimeMillis(),
                candle.close(),
                said.decision(),
                said.heads(),
                model.unproven(),
                null,
                expiry.of(close.closeTimeMillis(), candle.timeframe()),
                receipt);
    }
}
