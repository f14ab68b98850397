package io.auspex.signals;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the ledger: what a version said of a symbol at a close. It never changes.
 *
 * @param id {@code <epoch>-<seq>}
 * @param seq gap-free within the epoch, from 1
 * @param closeTime when the candle closed
 * @param reason one sentence: why this action, or why there is none
 * @param confidence in [0, 1]; null when it says nothing
 * @param heads in the order of {@link Head}, so that a signal has one text whoever writes it; empty
 *     when it was missed or abstains before the model could speak, but not when a {@link
 *     SignalGuard} held back what it said
 * @param unproven nobody asked for evidence: {@code --promote=always}
 * @param predictedProfit what a trade-outcome champion expects of the trade, as a fraction of its
 *     position; null without such a champion, and when the model abstains
 * @param pProfit the probability of a profit of that trade; null with {@code predictedProfit}
 * @param expiresAt from then on it must not be traded any more, in the time of its feed
 */
public record Signal(
        String id,
        String epoch,
        long seq,
        String feed,
        String model,
        int version,
        String schemaHash,
        Symbol symbol,
        Timeframe timeframe,
        Instant closeTime,
        double closePrice,
        Action action,
        String reason,
        @Nullable Double confidence,
        Map<Head, Double> heads,
        boolean unproven,
        @Nullable Double predictedProfit,
        @Nullable Double pProfit,
        Instant expiresAt,
        Instant createdAt) {

    public Signal {
        heads = SignalColumns.inOrder(heads);
    }

    /** Without a trade-outcome model, until the next close. */
    public Signal(
            String id,
            String epoch,
            long seq,
            String feed,
            String model,
            int version,
            String schemaHash,
            Symbol symbol,
            Timeframe timeframe,
            Instant closeTime,
            double closePrice,
            Action action,
            String reason,
            @Nullable Double confidence,
            Map<Head, Double> heads,
            boolean unproven,
            Instant createdAt) {
        this(
                id,
                epoch,
                seq,
                feed,
                model,
                version,
                schemaHash,
                symbol,
                timeframe,
                closeTime,
                closePrice,
                action,
                reason,
                confidence,
                heads,
                unproven,
                null,
                null,
                Instant.ofEpochMilli(
                        Expiry.UNTIL_THE_NEXT_CLOSE.of(closeTime.toEpochMilli(), timeframe)),
                createdAt);
    }
}
