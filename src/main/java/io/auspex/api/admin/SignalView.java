package io.auspex.api.admin;

import io.auspex.feedback.SignalOutcome;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.signals.Action;
import io.auspex.signals.Signal;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A signal as the ledger has it, with what became of it beside it.
 *
 * @param expiresAt from then on it must not be traded any more, in the time of its feed
 * @param outcome null while its horizon has not passed
 */
@Schema(name = "Signal")
record SignalView(
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
        Instant createdAt,
        @Nullable Outcome outcome) {

    /**
     * What became of the signal.
     *
     * @param at close time of the candle one horizon later
     * @param realisedReturn null when there is no such candle
     * @param reason why something is unknown; null when nothing is
     */
    @Schema(name = "SignalOutcome")
    record Outcome(
            Instant at,
            @Nullable Double realisedReturn,
            @Nullable Boolean wentUp,
            @Nullable Boolean wentDown,
            @Nullable Boolean stopped,
            @Nullable String reason) {

        static @Nullable Outcome of(@Nullable SignalOutcome outcome) {
            return outcome == null
                    ? null
                    : new Outcome(
                            outcome.outcomeTime(),
                            outcome.realisedReturn(),
                            outcome.wentUp(),
                            outcome.wentDown(),
                            outcome.stopped(),
                            outcome.reason());
        }
    }

    static SignalView of(Signal signal, @Nullable SignalOutcome outcome) {
        return new SignalView(
                signal.id(),
                signal.epoch(),
                signal.seq(),
                signal.feed(),
                signal.model(),
                signal.version(),
                signal.schemaHash(),
                signal.symbol(),
                signal.timeframe(),
                signal.closeTime(),
                signal.closePrice(),
                signal.action(),
                signal.reason(),
                signal.confidence(),
                signal.heads(),
                signal.unproven(),
                signal.predictedProfit(),
                signal.pProfit(),
                signal.expiresAt(),
                signal.createdAt(),
                Outcome.of(outcome));
    }
}
