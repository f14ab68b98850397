package io.auspex.trades;

import io.auspex.model.TradeEntry;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The market and the intention at a trade's entry, as far as they are known. The definitions are
 * those of {@link TradeEntry}.
 *
 * @param rsi 0 to 100
 * @param trend a fraction
 * @param volatility a fraction
 * @param volumeRatio 0 or more
 * @param confidence in [0, 1]; null when no signal was behind the trade
 * @param other what else was reported, kept and not used
 */
public record EntryContext(
        @Nullable Double rsi,
        @Nullable Double trend,
        @Nullable Double volatility,
        @Nullable Double volumeRatio,
        @Nullable Double confidence,
        Map<String, Double> other) {

    static final String RSI = "rsi";
    static final String TREND = "trend";
    static final String VOLATILITY = "volatility";
    static final String VOLUME_RATIO = "volume_ratio";
    static final String CONFIDENCE = "confidence";

    /** Those that come from candles, in the order of {@link TradeEntry#SCHEMA}. */
    static final List<String> MARKET = List.of(RSI, TREND, VOLATILITY, VOLUME_RATIO);

    static final int MAX_OTHER = 32;

    public EntryContext {
        requireRange(RSI, rsi, 0, 100);
        requireRange(VOLATILITY, volatility, 0, Double.MAX_VALUE);
        requireRange(VOLUME_RATIO, volumeRatio, 0, Double.MAX_VALUE);
        requireRange(CONFIDENCE, confidence, 0, 1);
        if (other.size() > MAX_OTHER) {
            throw new IllegalArgumentException(
                    "context has %d other entries; at most %d".formatted(other.size(), MAX_OTHER));
        }
        other = Collections.unmodifiableSortedMap(new TreeMap<>(other));
    }

    private static void requireRange(
            String name, @Nullable Double value, double least, double greatest) {
        if (value != null && !(value >= least && value <= greatest)) {
            throw new IllegalArgumentException(
                    greatest == Double.MAX_VALUE
                            ? "context.%s must not be negative: %s".formatted(name, value)
                            : "context.%s must be %.0f to %.0f: %s"
                                    .formatted(name, least, greatest, value));
        }
    }

    /** Whether candles have to be asked. */
    boolean lacksMarket() {
        return rsi == null || trend == null || volatility == null || volumeRatio == null;
    }

    /** Names of what candles have to be asked for. */
    List<String> missingFromMarket() {
        List<@Nullable Double> values = Arrays.asList(rsi, trend, volatility, volumeRatio);
        return MARKET.stream().filter(name -> values.get(MARKET.indexOf(name)) == null).toList();
    }

    /**
     * With what is missing taken from candles.
     *
     * @param found the four market features in the order of {@link TradeEntry#SCHEMA}
     */
    EntryContext or(List<Float> found) {
        return new EntryContext(
                Objects.requireNonNullElse(rsi, found.get(0).doubleValue()),
                Objects.requireNonNullElse(trend, found.get(1).doubleValue()),
                Objects.requireNonNullElse(volatility, found.get(2).doubleValue()),
                Objects.requireNonNullElse(volumeRatio, found.get(3).doubleValue()),
                confidence,
                other);
    }

    EntryContext withConfidence(@Nullable Double known) {
        return new EntryContext(rsi, trend, volatility, volumeRatio, known, other);
    }
}
