package io.auspex.serving;

import io.auspex.features.CandleRanges;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The streaming state of one schema and the vectors it last published. Written by one thread at a
 * time, under the lock of {@link LiveFeatures}; the vectors are read by any thread without one.
 */
final class FeatureState {

    private final FeatureEngine engine;
    private final CandleRanges ranges;
    private final SortedMap<Symbol, Double> closePrices = new TreeMap<>();
    private long throughMillis = Long.MIN_VALUE;
    private volatile Map<Symbol, LiveVector> vectors = Map.of();

    /**
     * @throws IllegalArgumentException when the schema has a feature that nobody can compute
     */
    FeatureState(FeatureSchema schema) {
        this.engine = new FeatureEngine(schema);
        this.ranges = new CandleRanges(schema);
    }

    /**
     * Takes the stored closes that it has not had, up to a time: no more of them than its vector
     * depends on, however long the history is.
     */
    void catchUp(CandleHistory history, LiveMarket market, long toCloseMillis) {
        if (toCloseMillis <= throughMillis) {
            return;
        }
        Timeframe base = market.timeframe();
        long needed = FeatureEngine.requiredHistoryMillis(engine.schema(), base) + base.millis();
        long from = Math.max(throughMillis, toCloseMillis - needed);
        history.closes(market.feed(), base, from, toCloseMillis).forEach(this::accept);
    }

    /** Takes a close; one that it has had already, from the store, is passed over. */
    void accept(MarketClose close) {
        if (close.closeTimeMillis() > throughMillis) {
            engine.accept(close);
            ranges.accept(close);
            for (Candle candle : close.candles()) {
                closePrices.put(candle.symbol(), candle.close());
            }
            throughMillis = close.closeTimeMillis();
        }
    }

    /** Shows all vectors of the last close to the readers, at once. */
    void publish() {
        SortedMap<Symbol, LiveVector> next = new TreeMap<>();
        closePrices.forEach((symbol, price) -> next.put(symbol, vector(symbol, price)));
        vectors = Collections.unmodifiableSortedMap(next);
    }

    /** As of one close; ordered by symbol. */
    Map<Symbol, LiveVector> vectors() {
        return vectors;
    }

    LiveVector vector(Symbol symbol, double closePrice) {
        float[] values = new float[engine.schema().size()];
        var readiness = engine.write(symbol, values, 0);
        return new LiveVector(
                symbol,
                throughMillis,
                closePrice,
                FeatureVector.owning(values),
                readiness,
                ranges.of(symbol));
    }
}
