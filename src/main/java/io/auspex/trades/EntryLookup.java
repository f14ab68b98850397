package io.auspex.trades;

import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.Readiness;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.TradeEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds the market at trades' entries in stored candles, with the features' own streaming engine
 * and as many earlier candles as it needs, so that the values have the bits that were live. Moments
 * that are near each other share a run of the engine. Blocking.
 *
 * @param feed whose candles are looked at
 */
record EntryLookup(CandleHistory history, String feed, Timeframe timeframe) {

    /**
     * A symbol at a close.
     *
     * @param closeMillis of the last candle that is complete at an entry
     */
    record Moment(Symbol symbol, long closeMillis) {}

    /** What is known of a moment. */
    sealed interface Finding {

        /** The four market features in the order of {@link TradeEntry#SCHEMA}. */
        record Found(List<Float> values) implements Finding {

            public Found {
                values = List.copyOf(values);
            }
        }

        /**
         * @param reason one clause
         */
        record Missing(String reason) implements Finding {}
    }

    /** The close that was the last at an entry. */
    Moment momentOf(Symbol symbol, long entryMillis) {
        return new Moment(symbol, timeframe.openTimeOf(entryMillis));
    }

    /** One finding for each moment. */
    Map<Moment, Finding> find(Collection<Moment> moments) {
        SortedMap<Long, List<Moment>> byClose = new TreeMap<>();
        for (Moment moment : moments) {
            byClose.computeIfAbsent(moment.closeMillis(), _ -> new ArrayList<>()).add(moment);
        }
        FeatureSchema schema = TradeEntry.marketSchema(timeframe);
        long needed = FeatureEngine.requiredHistoryMillis(schema, timeframe) + timeframe.millis();
        Map<Moment, Finding> findings = new HashMap<>();
        FeatureEngine engine = new FeatureEngine(schema);
        long through = Long.MIN_VALUE;
        long last = Long.MIN_VALUE;
        for (Map.Entry<Long, List<Moment>> wanted : byClose.entrySet()) {
            long close = wanted.getKey();
            long from = close - needed;
            if (from > through) {
                engine = new FeatureEngine(schema);
            } else {
                from = through;
            }
            for (MarketClose next : history.closes(feed, timeframe, from, close)) {
                engine.accept(next);
                last = next.closeTimeMillis();
            }
            through = close;
            for (Moment moment : wanted.getValue()) {
                findings.put(moment, read(engine, schema, moment, last == close));
            }
        }
        return findings;
    }

    private Finding read(
            FeatureEngine engine, FeatureSchema schema, Moment moment, boolean isStored) {
        if (!isStored) {
            return new Finding.Missing(
                    "%s has no stored candle of %s that closed at %s"
                            .formatted(
                                    feed,
                                    moment.symbol(),
                                    Instant.ofEpochMilli(moment.closeMillis())));
        }
        float[] row = new float[schema.size()];
        return switch (engine.write(moment.symbol(), row, 0)) {
            case Readiness.Ready _ -> {
                List<Float> values = new ArrayList<>();
                for (float value : row) {
                    values.add(value);
                }
                yield new Finding.Found(values);
            }
            case Readiness.NotReady notReady -> new Finding.Missing(notReady.reason());
        };
    }
}
