package io.auspex.features;

import io.auspex.market.Candle;
import io.auspex.market.CandleAggregator;
import io.auspex.market.Timeframe;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The series of one symbol in every timeframe of a schema, fed by its base candles. */
final class SymbolSeries {

    private final Timeframe base;
    private final Series[] series;

    /** Of the longer timeframes, each with the index of its series. */
    private final CandleAggregator[] aggregators;

    private final int[] aggregated;
    private boolean begun;
    private long lastOpenMillis;
    private long missing;

    /**
     * @param plans of the base timeframe or longer multiples of it
     */
    SymbolSeries(Timeframe base, List<SeriesPlan> plans) {
        this.base = base;
        series = plans.stream().map(Series::new).toArray(Series[]::new);
        aggregated =
                IntStream.range(0, series.length)
                        .filter(i -> series[i].timeframe() != base)
                        .toArray();
        aggregators =
                Arrays.stream(aggregated)
                        .mapToObj(i -> new CandleAggregator(base, series[i].timeframe()))
                        .toArray(CandleAggregator[]::new);
    }

    /** Takes the next base candle; it must be later than the one before. */
    void accept(Candle candle) {
        long open = candle.openTimeMillis();
        missing = begun ? (open - lastOpenMillis) / base.millis() - 1 : 0;
        begun = true;
        lastOpenMillis = open;
        for (Series each : series) {
            if (each.timeframe() == base) {
                each.accept(open, candle.high(), candle.low(), candle.close(), candle.volume());
            }
        }
        for (int i = 0; i < aggregators.length; i++) {
            CandleAggregator longer = aggregators[i];
            Series target = series[aggregated[i]];
            if (longer.add(candle)) {
                target.accept(
                        longer.openTimeMillis(),
                        longer.high(),
                        longer.low(),
                        longer.close(),
                        longer.volume());
            } else {
                // The last complete candle may by now be too old to speak for this close.
                target.breakAfterGapBefore(target.timeframe().openTimeOf(candle.closeTimeMillis()));
            }
        }
    }

    Series series(int index) {
        return series[index];
    }

    /** Whether the newest base candle closes at the given time. */
    boolean closedAt(long closeTimeMillis) {
        return begun && lastOpenMillis + base.millis() == closeTimeMillis;
    }

    /** Base candles missing right before the newest one; its features have no value then. */
    long missingBefore() {
        return missing;
    }
}
