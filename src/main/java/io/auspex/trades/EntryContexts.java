package io.auspex.trades;

import io.auspex.market.CandleHistory;
import io.auspex.platform.Await;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.LiveMarket;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import io.auspex.trades.EntryLookup.Finding;
import io.auspex.trades.EntryLookup.Moment;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Completes what was not reported of entries: the market from the candles of the feed that runs,
 * the confidence from the signal in the ledger. Blocking.
 */
@ApplicationScoped
class EntryContexts {

    private final LiveFeatures live;
    private final CandleHistory history;
    private final SignalLedger ledger;

    EntryContexts(LiveFeatures live, CandleHistory history, SignalLedger ledger) {
        this.live = live;
        this.history = history;
        this.ledger = ledger;
    }

    /** What came of completing a trade. */
    sealed interface Completed {

        /**
         * All that can be known is.
         *
         * @param feed null when none runs
         * @param reconstructed names of what was found
         */
        record Known(ReportedTrade trade, @Nullable String feed, List<String> reconstructed)
                implements Completed {}

        /**
         * @param reason one sentence
         */
        record Refused(String reason) implements Completed {}
    }

    /** The feed that runs; null when none does. */
    @Nullable String feed() {
        return live.market().map(LiveMarket::feed).orElse(null);
    }

    /** Completes trades, each by itself. */
    Map<ReportedTrade, Completed> complete(List<ReportedTrade> trades) {
        Map<String, Signal> signals = signals(trades);
        Optional<EntryLookup> lookup =
                live.market()
                        .map(market -> new EntryLookup(history, market.feed(), market.timeframe()));
        Map<Moment, Finding> findings = findings(lookup, trades);
        Map<ReportedTrade, Completed> completed = new LinkedHashMap<>();
        for (ReportedTrade trade : trades) {
            completed.put(trade, complete(trade, signals, lookup, findings));
        }
        return completed;
    }

    private Map<String, Signal> signals(List<ReportedTrade> trades) {
        List<String> ids = new ArrayList<>();
        for (ReportedTrade trade : trades) {
            if (trade.signalId() != null) {
                ids.add(trade.signalId());
            }
        }
        return ids.isEmpty() ? Map.of() : Await.item(() -> ledger.signals(ids));
    }

    private static Map<Moment, Finding> findings(
            Optional<EntryLookup> lookup, List<ReportedTrade> trades) {
        if (lookup.isEmpty()) {
            return Map.of();
        }
        List<Moment> wanted = new ArrayList<>();
        for (ReportedTrade trade : trades) {
            if (trade.context().lacksMarket()) {
                wanted.add(momentOf(lookup.get(), trade));
            }
        }
        return lookup.get().find(wanted);
    }

    private static Moment momentOf(EntryLookup lookup, ReportedTrade trade) {
        return lookup.momentOf(trade.symbol(), trade.entryTime().toEpochMilli());
    }

    private static Completed complete(
            ReportedTrade trade,
            Map<String, Signal> signals,
            Optional<EntryLookup> lookup,
            Map<Moment, Finding> findings) {
        List<String> found = new ArrayList<>();
        EntryContext context = trade.context();
        if (trade.signalId() != null) {
            Signal signal = signals.get(trade.signalId());
            if (signal == null) {
                return new Completed.Refused("there is no signal '" + trade.signalId() + "'");
            }
            if (!signal.symbol().equals(trade.symbol())) {
                return new Completed.Refused(
                        "signal %s is of %s".formatted(trade.signalId(), signal.symbol()));
            }
            if (context.confidence() == null && signal.confidence() != null) {
                context = context.withConfidence(signal.confidence());
                found.add(EntryContext.CONFIDENCE);
            }
        }
        String feed = lookup.map(EntryLookup::feed).orElse(null);
        if (!context.lacksMarket()) {
            return new Completed.Known(trade.with(context), feed, found);
        }
        String lacks = "its entry context lacks " + String.join(", ", context.missingFromMarket());
        if (lookup.isEmpty()) {
            return new Completed.Refused(
                    lacks + ", and no feed runs whose candles could be looked at");
        }
        Finding finding = findings.get(momentOf(lookup.get(), trade));
        return switch (finding) {
            case null -> throw new IllegalStateException("every moment was looked up");
            case Finding.Missing missing ->
                    new Completed.Refused(lacks + ", and it cannot be found: " + missing.reason());
            case Finding.Found values -> {
                found.addAll(0, context.missingFromMarket());
                yield new Completed.Known(trade.with(context.or(values.values())), feed, found);
            }
        };
    }
}
