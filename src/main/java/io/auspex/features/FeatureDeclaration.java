package io.auspex.features;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.auspex.market.Timeframe;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of a {@link FeatureSet}: every combination of its lists is a feature.
 *
 * @param periods in candles of the timeframe, 2 to 200; empty exactly for families that take none
 * @param timeframes empty exactly for {@code hour} and {@code weekday}
 * @param shifts how many candles of the timeframe earlier the value is taken, 0 to 12; 0 is now
 * @param correlated base assets ({@code BTC}) whose symbols' values are added to the symbol's own
 */
public record FeatureDeclaration(
        Family family,
        List<Integer> periods,
        List<Timeframe> timeframes,
        List<Integer> shifts,
        List<String> correlated) {

    private static final Pattern ASSET = Pattern.compile("[A-Z0-9]{1,16}");

    public FeatureDeclaration {
        periods = distinct(family, "periods", periods);
        timeframes = distinct(family, "timeframes", timeframes);
        shifts = distinct(family, "shifts", shifts);
        correlated = distinct(family, "correlated", correlated);
        if (family.isClock()) {
            require(family, timeframes.isEmpty(), "takes no timeframes");
            require(family, shifts.equals(List.of(0)), "takes no shifts but 0");
            require(family, correlated.isEmpty(), "takes no correlated assets");
        } else {
            require(family, !timeframes.isEmpty(), "timeframes must not be empty");
            require(family, !shifts.isEmpty(), "shifts must not be empty");
        }
        if (family.takesPeriods()) {
            require(family, !periods.isEmpty(), "periods must not be empty");
        } else {
            require(family, periods.isEmpty(), "takes no periods");
        }
        for (int period : periods) {
            require(
                    family,
                    period >= 2 && period <= FeatureDefinition.MAX_PERIOD,
                    "a period must be 2 to " + FeatureDefinition.MAX_PERIOD + ": " + period);
        }
        for (int shift : shifts) {
            require(
                    family,
                    shift >= 0 && shift <= FeatureDefinition.MAX_SHIFT,
                    "a shift must be 0 to " + FeatureDefinition.MAX_SHIFT + ": " + shift);
        }
        for (String asset : correlated) {
            require(
                    family,
                    ASSET.matcher(asset).matches(),
                    "a correlated asset is 1 to 16 of A-Z and 0-9: '" + asset + "'");
        }
    }

    /**
     * Reads JSON; every list but {@code timeframes} may be left out, shifts are then {@code [0]}.
     */
    @JsonCreator
    static FeatureDeclaration read(
            @JsonProperty(value = "family", required = true) Family family,
            @JsonProperty("periods") @Nullable List<Integer> periods,
            @JsonProperty("timeframes") @Nullable List<Timeframe> timeframes,
            @JsonProperty("shifts") @Nullable List<Integer> shifts,
            @JsonProperty("correlated") @Nullable List<String> correlated) {
        return new FeatureDeclaration(
                Objects.requireNonNull(family, "family"),
                Objects.requireNonNullElse(periods, List.of()),
                Objects.requireNonNullElse(timeframes, List.of()),
                Objects.requireNonNullElse(shifts, List.of(0)),
                Objects.requireNonNullElse(correlated, List.of()));
    }

    /** A family without candles: {@code hour} or {@code weekday}. */
    public static FeatureDeclaration clock(Family family) {
        return new FeatureDeclaration(family, List.of(), List.of(), List.of(0), List.of());
    }

    /** The newest value of the symbol itself, on the given timeframes. */
    public static FeatureDeclaration of(
            Family family, List<Timeframe> timeframes, Integer... periods) {
        return new FeatureDeclaration(
                family, Arrays.asList(periods), timeframes, List.of(0), List.of());
    }

    /** The same, the given numbers of candles earlier. */
    public FeatureDeclaration shifted(Integer... candles) {
        return new FeatureDeclaration(
                family, periods, timeframes, Arrays.asList(candles), correlated);
    }

    /** The same, with the values of the assets' symbols added. */
    public FeatureDeclaration correlatedWith(String... assets) {
        return new FeatureDeclaration(family, periods, timeframes, shifts, Arrays.asList(assets));
    }

    private static <T> List<T> distinct(Family family, String name, List<T> values) {
        require(family, values.stream().noneMatch(Objects::isNull), name + " must not hold null");
        require(
                family,
                new HashSet<>(values).size() == values.size(),
                name + " must not repeat: " + values);
        return List.copyOf(values);
    }

    private static void require(Family family, boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(family + ": " + message);
        }
    }
}
