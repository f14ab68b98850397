package io.auspex.trades;

import io.auspex.market.Symbol;
import io.auspex.model.TradeEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trade as it is stored, with all that is known of its entry. It never changes.
 *
 * @param feed whose candles its context was looked up in, or that ran when it was reported; null
 *     when none did
 * @param pnlPercent percent of the position
 * @param context complete but for the confidence, which only a trade from a signal has
 * @param reconstructed names of the context that were not reported but found in candles or in the
 *     ledger
 */
public record ClosedTrade(
        String id,
        @Nullable String feed,
        Symbol symbol,
        Direction direction,
        Instant entryTime,
        double entryPrice,
        Instant exitTime,
        double exitPrice,
        double pnl,
        double pnlPercent,
        @Nullable String signalId,
        EntryContext context,
        List<String> reconstructed,
        Instant storedAt) {

    private static final double PERCENT = 100;

    public ClosedTrade {
        reconstructed = List.copyOf(reconstructed);
        if (context.lacksMarket()) {
            throw new IllegalArgumentException(
                    "the context of trade " + id + " lacks " + context.missingFromMarket());
        }
    }

    static ClosedTrade of(
            ReportedTrade trade,
            @Nullable String feed,
            List<String> reconstructed,
            Instant storedAt) {
        return new ClosedTrade(
                trade.id(),
                feed,
                trade.symbol(),
                trade.direction(),
                trade.entryTime(),
                trade.entryPrice(),
                trade.exitTime(),
                trade.exitPrice(),
                trade.pnl(),
                trade.pnlPercent(),
                trade.signalId(),
                trade.context(),
                reconstructed,
                storedAt);
    }

    /** Its row of {@link TradeEntry#SCHEMA}. */
    float[] features() {
        float[] row = new float[TradeEntry.SCHEMA.size()];
        row[0] = number(context.rsi());
        row[1] = number(context.trend());
        row[2] = number(context.volatility());
        row[3] = number(context.volumeRatio());
        Double confidence = context.confidence();
        TradeEntry.complete(
                row,
                confidence == null ? Double.NaN : confidence,
                direction == Direction.LONG,
                entryTime.toEpochMilli());
        return row;
    }

    /**
     * What a model is to learn, in the order of the heads of a trade-outcome model: whether it
     * paid, and how much, as a fraction of the position.
     */
    float[] targets() {
        return new float[] {pnl > 0 ? 1 : 0, (float) (pnlPercent / PERCENT)};
    }

    private static float number(@Nullable Double value) {
        return value == null ? Float.NaN : value.floatValue();
    }
}
