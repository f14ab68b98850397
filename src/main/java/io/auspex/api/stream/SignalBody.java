package io.auspex.api.stream;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.signals.Action;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Signal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a signal says: everything but its place in the ledger and when it got there. Known before it
 * is stored, so that it can be written while the database works; two that are equal have one text.
 */
record SignalBody(
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
        Instant expiresAt) {

    static SignalBody of(Signal signal) {
        return new SignalBody(
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
                signal.expiresAt());
    }

    /** Of one that is not stored yet; its place is no part of what it says. */
    static SignalBody of(PendingSignal signal) {
        return of(signal.at("", 0, Instant.EPOCH));
    }

    /** Few fields: that it is equal is looked at then, field by field. */
    @Override
    public int hashCode() {
        return 31 * symbol.hashCode() + model.hashCode();
    }
}
