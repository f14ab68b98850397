package io.auspex.signals;

import io.auspex.market.MarketClose;
import io.auspex.model.ModelKind;
import io.auspex.serving.Lease;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * What the champions, and those who combine them, have to say of a close. In two parts, since what
 * a combiner says may change its own state, which a close that was not stored must not
 * (docs/decisions/0042). Nothing is stored or told here.
 */
final class CloseDecisions {

    private static final Logger LOG = Logger.getLogger(CloseDecisions.class);

    private final LiveFeatures features;
    private final ModelServer models;
    private final SignalMaker maker;
    private final List<SignalCombiner> combiners;

    CloseDecisions(
            LiveFeatures features,
            ModelServer models,
            SignalMaker maker,
            List<SignalCombiner> combiners) {
        this.features = features;
        this.models = models;
        this.maker = maker;
        this.combiners = List.copyOf(combiners);
    }

    /**
     * What the champions say of a close.
     *
     * @param ofTrades those that speak of the signals of others, by name
     */
    record OfModels(List<PendingSignal> decided, List<String> ofTrades) {

        OfModels {
            decided = List.copyOf(decided);
            ofTrades = List.copyOf(ofTrades);
        }
    }

    /**
     * One signal for every candle of the close and every champion whose market it is in and whose
     * features are computed here.
     */
    OfModels ofModels(MarketClose close) {
        List<PendingSignal> decided = new ArrayList<>();
        List<String> ofTrades = new ArrayList<>();
        models.forEachChampion(model -> {
            switch (model.kind()) {
                case MARKET -> decided.addAll(maker.signals(model, close, features::vectors));
                case TRADE_OUTCOME -> {
                    if (TradeOutlooks.covers(model, close)) {
                        ofTrades.add(model.name());
                    }
                }
            }
        });
        return new OfModels(decided, ofTrades);
    }

    /** With what is made of the signals of the models. */
    List<PendingSignal> whole(MarketClose close, OfModels ofModels) {
        List<PendingSignal> decided = new ArrayList<>(ofModels.decided);
        decided.addAll(combined(close, ofModels.decided));
        // The first by name speaks; a market has one, unless somebody has declared more.
        return ofModels.ofTrades.isEmpty()
                ? decided
                : withOutlooks(ofModels.ofTrades.getFirst(), close, decided);
    }

    /**
     * One signal that says so for every symbol of those who would have spoken.
     *
     * @param speaks by name of a champion or a combiner
     */
    List<PendingSignal> missed(MarketClose close, String reason, Predicate<String> speaks) {
        List<PendingSignal> missed = new ArrayList<>();
        models.forEachChampion(model -> {
            if (isOfTheMarket(model) && speaks.test(model.name())) {
                missed.addAll(maker.missed(model, close, reason));
            }
        });
        for (SignalCombiner combiner : combiners) {
            combiner.missed(close, List.copyOf(missed), reason).stream()
                    .filter(signal -> speaks.test(signal.model()))
                    .forEach(missed::add);
        }
        return missed;
    }

    /** The others speak of the signals of others. */
    private static boolean isOfTheMarket(ServingModel model) {
        return model.kind() == ModelKind.MARKET;
    }

    /** One combiner that fails costs no signal of a model. */
    private List<PendingSignal> combined(MarketClose close, List<PendingSignal> ofModels) {
        List<PendingSignal> more = new ArrayList<>();
        for (SignalCombiner combiner : combiners) {
            try {
                more.addAll(combiner.combine(close, ofModels));
            } catch (RuntimeException failure) {
                LOG.errorf(failure, "the signals of %d were not combined", close.closeTimeMillis());
            }
        }
        return more;
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
}
