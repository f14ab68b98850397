package io.auspex.signals;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A signal that has been decided but has no place in the ledger yet. Feed, model, symbol and close
 * time name it: the ledger keeps one of each.
 *
 * @param closeTimeMillis milliseconds since the Unix epoch (UTC)
 * @param heads empty when it abstains before the model could speak; only finite values
 * @param outlook null without a trade-outcome champion, and when it says nothing
 * @param expiresAtMillis from then on it must not be traded any more, milliseconds since the Unix
 *     epoch (UTC)
 * @param receipt what it was made of; null when nothing was computed
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
        @Nullable TradeOutlook outlook,
        long expiresAtMillis,
        @Nullable Receipt receipt) {

    public PendingSignal {
        heads = SignalColumns.inOrder(heads);
    }

    /** Without a trade-outcome model and a receipt, until the next close. */
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
                null,
                Expiry.UNTIL_THE_NEXT_CLOSE.of(closeTimeMillis, timeframe),
                null);
    }

    /** The same with what is expected of its trade, and where that came from. */
    PendingSignal with(TradeOutlook expected, Receipt.Outlook source) {
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
                expected,
                expiresAtMillis,
                receipt == null ? null : receipt.with(source));
    }

    /** As it is in the ledger when that is its place there. */
    public Signal at(String epoch, long seq, Instant storedAt) {
        return new Signal(
                epoch + "-" + seq,
                epoch,
                seq,
                feed,
                model,
                version,
                schemaHash,
                symbol,
                timeframe,
                Instant.ofEpochMilli(closeTimeMillis),
                closePrice,
                decision.action(),
                decision.reason(),
                decision.confidence(),
                heads,
                unproven,
                outlook == null ? null : outlook.predictedProfit(),
                outlook == null ? null : outlook.pProfit(),
                Instant.ofEpochMilli(expiresAtMillis),
                storedAt);
    }

    Key key() {
        return new Key(feed, model, symbol, closeTimeMillis);
    }

    /** What the ledger keeps one of. */
    record Key(String feed, String model, Symbol symbol, long closeTimeMillis) {}
}
