package io.auspex.features;

import io.auspex.features.FeatureDefinition.OfCandles;
import io.auspex.market.Timeframe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is computed about the candles of one timeframe, for every symbol alike: one slot a term and
 * period. Immutable once the features are added; shared by all series of the timeframe.
 */
final class SeriesPlan {

    /** The longest fixed look back of a term, beside the periods: the seed of the MACD. */
    private static final int FIXED_LOOK_BACK = Macd.SLOW;

    private final Timeframe timeframe;
    private final int bridgedGapCandles;
    private final int blockCandles;
    private final Map<Slot, Integer> slots = new LinkedHashMap<>();
    private int maxShift;
    private int longestPeriod = FIXED_LOOK_BACK;

    SeriesPlan(Timeframe timeframe, int bridgedGapCandles, int blockCandles) {
        this.timeframe = timeframe;
        this.bridgedGapCandles = bridgedGapCandles;
        this.blockCandles = blockCandles;
    }

    /** Adds a feature and says in which slot it is found. */
    int add(OfCandles feature) {
        maxShift = Math.max(maxShift, feature.shift());
        longestPeriod = Math.max(longestPeriod, feature.period());
        Slot slot = new Slot(feature.term(), feature.period());
        Integer known = slots.putIfAbsent(slot, slots.size());
        return known == null ? slots.size() - 1 : known;
    }

    Timeframe timeframe() {
        return timeframe;
    }

    int bridgedGapCandles() {
        return bridgedGapCandles;
    }

    /** Length of the blocks that states are anchored on, in candles. */
    int blockCandles() {
        return blockCandles;
    }

    int maxShift() {
        return maxShift;
    }

    List<Slot> slots() {
        return List.copyOf(slots.keySet());
    }

    /** A window that reaches as far back as any term does: sliding reads two beyond a period. */
    CandleWindow window() {
        return new CandleWindow(longestPeriod + 2);
    }

    /** A term and its period, 0 for a term without one. */
    record Slot(Term term, int period) {

        int warmUp() {
            return term.warmUp(period);
        }
    }
}
