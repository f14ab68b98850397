package io.auspex.signals;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A signal that has been decided but has no place in the ledger yet. Feed, model, symbol and close
 * time name it: the ledger keeps one of each.
 *
 * @param closeTimeMillis milliseconds since the Unix epoch (UTC)
 * @param heads empty when it abstains before the model could speak
 * @param outlook null without a trade-outcome champion, and when it abstains
 */
public record PendingSignal(
        String feed,
        String model,
        int version,
        String schemaHash,
        Symbol symbol,
        Timeframe timeframe,
        long closeTimeMillis,
        double closePrice,
        Decision decision,
        Map<Head, Double> heads,
        boolean unproven,
        @Nullable TradeOutlook outlook) {

    public PendingSignal {
        heads = SignalColumns.inOrder(heads);
    }

    /** Without a trade-outcome model. */
    public PendingSignal(
            String feed,
            String model,
            int version,
            String schemaHash,
            Symbol symbol,
            Timeframe timeframe,
            long closeTimeMillis,
            double closePrice,
            Decision decision,
            Map<Head, Double> heads,
            boolean unproven) {
        this(
                feed,
                model,
                version,
                schemaHash,
                symbol,
                timeframe,
                closeTimeMillis,
                closePrice,
                decision,
                heads,
                unproven,
                null);
    }

    /** The same with what is expected of its trade. */
    PendingSignal with(TradeOutlook expected) {
        return new PendingSignal(
                feed,
                model,
                version,
                schemaHash,
                symbol,
                timeframe,
                closeTimeMillis,
                closePrice,
                decision,
                heads,
                unproven,
                expected);
    }

    Key key() {
        return new Key(feed, model, symbol, closeTimeMillis);
    }

    /** What the ledger keeps one of. */
    record Key(String feed, String model, Symbol symbol, long closeTimeMillis) {}
}
