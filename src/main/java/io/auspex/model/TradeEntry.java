package io.auspex.model;

import io.auspex.features.Family;
import io.auspex.features.FeatureDeclaration;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.market.Timeframe;
import java.util.List;

/**
 * What a trade-outcome model knows of a trade: the market and the intention at its entry. The same
 * seven numbers whether a trader reported them, they were found in stored candles, or a signal is
 * about to be published.
 *
 * <pre>
 * entry_rsi          rsi_14          of the base candles up to the last close at or before the entry
 * entry_trend        momentum_24     likewise
 * entry_volatility   volatility_24   likewise
 * volume_ratio       volume_ratio_24 likewise
 * signal_confidence  the probability of the side taken, in [0, 1]; NaN when no signal was behind it
 * direction          1 for a long trade, -1 for a short one
 * hour               of the entry, UTC, 0 to 23
 * </pre>
 */
public final class TradeEntry {

    /** The seven features, in their order. */
    public static final FeatureSchema SCHEMA =
            FeatureSchema.of(
                    List.of(
                            "entry_rsi",
                            "entry_trend",
                            "entry_volatility",
                            "volume_ratio",
                            "signal_confidence",
                            "direction",
                            "hour"));

    /** How many of the features, from the first on, come from candles. */
    public static final int MARKET_FEATURES = 4;

    private static final int CONFIDENCE = 4;
    private static final int DIRECTION = 5;
    private static final int HOUR = 6;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final int HOURS = 24;

    private TradeEntry() {}

    /** The definitions of the first four features, in their order, on base candles. */
    public static FeatureSet definitions(Timeframe base) {
        List<Timeframe> candles = List.of(base);
        return new FeatureSet(
                List.of(
                        FeatureDeclaration.of(Family.RSI, candles, 14),
                        FeatureDeclaration.of(Family.MOMENTUM, candles, 24),
                        FeatureDeclaration.of(Family.VOLATILITY, candles, 24),
                        FeatureDeclaration.of(Family.VOLUME_RATIO, candles, 24)));
    }

    /** {@link #definitions} as names: {@code rsi_14@5m} and so on. */
    public static FeatureSchema marketSchema(Timeframe base) {
        return definitions(base).schema(List.of());
    }

    /**
     * Writes what does not come from candles behind the four values that do.
     *
     * @param row of the size of {@link #SCHEMA}
     * @param confidence NaN when there is none
     * @param entryMillis milliseconds since the Unix epoch
     */
    public static void complete(float[] row, double confidence, boolean isLong, long entryMillis) {
        row[CONFIDENCE] = (float) confidence;
        row[DIRECTION] = isLong ? 1 : -1;
        row[HOUR] = Math.floorMod(Math.floorDiv(entryMillis, HOUR_MILLIS), HOURS);
    }
}
