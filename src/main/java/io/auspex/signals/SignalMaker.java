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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * From the feature vectors of a close to decided signals: prediction, guards, decision rule. The
 * same code whoever asks, the live feed or somebody who looks back, so that both say the same.
 *
 * @param guards asked in this order; the first that objects is heard
 */
public record SignalMaker(DecisionRule rule, List<SignalGuard> guards) {

    private static final Logger LOG = Logger.getLogger(SignalMaker.class);

    public SignalMaker {
        guards = List.copyOf(guards);
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
        List<Candle> candles =
                close.candles().stream()
                        .filter(candle ->
                                model.market()
                                        .covers(close.feed(), candle.symbol(), candle.timeframe()))
                        .toList();
        if (candles.isEmpty() || !model.isLive()) {
            return List.of();
        }
        Map<Symbol, LiveVector> ofSchema = vectors.apply(model.schema().hash());
        List<PendingSignal> decided = new ArrayList<>(candles.size());
        for (Candle candle : candles) {
            decided.add(decide(model, close, candle, ofSchema.get(candle.symbol())));
        }
        return decided;
    }

    private PendingSignal decide(
            ServingModel model, MarketClose close, Candle candle, @Nullable LiveVector vector) {
        if (vector == null || vector.closeTimeMillis() != close.closeTimeMillis()) {
            return signal(
                    model,
                    close,
                    candle,
                    Decision.abstain("there are no features for this close"),
                    Map.of());
        }
        return switch (vector.readiness()) {
            case Readiness.NotReady notReady ->
                    signal(model, close, candle, Decision.abstain(notReady.reason()), Map.of());
            case Readiness.Ready _ -> scored(model, close, candle, vector);
        };
    }

    /** One model that fails must not end the feed for all: it does not know, and says so. */
    private PendingSignal scored(
            ServingModel model, MarketClose close, Candle candle, LiveVector vector) {
        try {
            Prediction prediction = model.predict(vector.values().toArray());
            return signal(
                    model, close, candle, decide(model, vector, prediction), prediction.heads());
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "%s failed on %s", model, candle.symbol());
            return signal(model, close, candle, Decision.abstain("the model failed"), Map.of());
        }
    }

    private Decision decide(ServingModel model, LiveVector vector, Prediction prediction) {
        for (SignalGuard guard : guards) {
            Optional<String> reason = guard.reasonToAbstain(model, vector.values());
            if (reason.isPresent()) {
                return Decision.abstain(reason.get());
            }
        }
        return rule.decide(prediction.heads());
    }

    private static PendingSignal signal(
            ServingModel model,
            MarketClose close,
            Candle candle,
            Decision decision,
            Map<Head, Double> heads) {
        return new PendingSignal(
                close.feed(),
                model.name(),
                model.version(),
                model.schema().hash(),
                candle.symbol(),
                candle.timeframe(),
                close.closeTimeMillis(),
                candle.close(),
                decision,
                heads,
                model.unproven());
    }
}
