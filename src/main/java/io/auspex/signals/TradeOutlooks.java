package io.auspex.signals;

import io.auspex.features.Readiness;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.TradeEntry;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.LiveVector;
import io.auspex.serving.ServingModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Adds to the signals of a close what a trade-outcome champion expects of their trades: of a long
 * one for BUY, of a short one for SELL, and for HOLD of the side that is likelier, as if it were
 * taken after all. Its confidence is the probability of that side, as it is for the signals that
 * trades came from. An abstention proposes nothing.
 *
 * @param features of the close
 */
record TradeOutlooks(LiveFeatures features) {

    private static final Logger LOG = Logger.getLogger(TradeOutlooks.class);

    /** The signals, with an outlook where there can be one. */
    List<PendingSignal> add(ServingModel outcomes, MarketClose close, List<PendingSignal> decided) {
        Map<Symbol, LiveVector> vectors = features.vectors(outcomes.liveSchema().hash());
        List<PendingSignal> all = new ArrayList<>(decided.size());
        for (PendingSignal signal : decided) {
            LiveVector vector = vectors.get(signal.symbol());
            all.add(
                    outlook(outcomes, close.closeTimeMillis(), signal, vector)
                            .map(outlook -> signal.with(outlook, source(outcomes, vector)))
                            .orElse(signal));
        }
        return all;
    }

    private static Receipt.Outlook source(ServingModel outcomes, @Nullable LiveVector vector) {
        return new Receipt.Outlook(
                outcomes.name(),
                outcomes.version(),
                outcomes.artefact(),
                vector == null ? List.of() : vector.candles());
    }

    /** Whether a model says what becomes of trades in the market of a close. */
    static boolean covers(ServingModel model, MarketClose close) {
        Candle any = close.candles().getFirst();
        return model.kind() == ModelKind.TRADE_OUTCOME
                && model.market().coversFeed(close.feed())
                && model.market().timeframe() == any.timeframe();
    }

    /**
     * What is expected of the trade of a signal; empty when it proposes none or nothing is known.
     *
     * @param vector of the model's {@link ServingModel#liveSchema}
     */
    static Optional<TradeOutlook> outlook(
            ServingModel outcomes,
            long closeTimeMillis,
            PendingSignal signal,
            @Nullable LiveVector vector) {
        Double up = signal.heads().get(Head.P_UP);
        Double down = signal.heads().get(Head.P_DOWN);
        if (!signal.decision().action().speaks()
                || up == null
                || down == null
                || vector == null
                || vector.closeTimeMillis() != closeTimeMillis
                || !(vector.readiness() instanceof Readiness.Ready)
                || !outcomes.market().covers(signal.feed(), signal.symbol(), signal.timeframe())) {
            return Optional.empty();
        }
        boolean isLong =
                switch (signal.decision().action()) {
                    case BUY -> true;
                    case SELL -> false;
                    case HOLD, ABSTAIN, MISSED -> up >= down;
                };
        float[] row = Arrays.copyOf(vector.values().toArray(), TradeEntry.SCHEMA.size());
        TradeEntry.complete(row, isLong ? up : down, isLong, closeTimeMillis);
        return scored(outcomes, signal, row);
    }

    /** A trade-outcome model that fails costs no signal. */
    private static Optional<TradeOutlook> scored(
            ServingModel outcomes, PendingSignal signal, float[] row) {
        try {
            Map<Head, Double> heads = outcomes.predict(row).heads();
            Double profit = heads.get(Head.P_PROFIT);
            Double pnl = heads.get(Head.EXPECTED_PNL);
            return profit == null || pnl == null
                    ? Optional.empty()
                    : Optional.of(new TradeOutlook(Math.clamp(profit, 0, 1), pnl));
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "%s failed on %s", outcomes, signal.symbol());
            return Optional.empty();
        }
    }
}
