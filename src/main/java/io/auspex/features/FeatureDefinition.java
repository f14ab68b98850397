package io.auspex.features;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a feature's name says. A name is a clock term alone ({@code hour_sin}), or
 *
 * <pre>{@code
 * term[_period]@timeframe[+bridged][~shift][/SYMBOL]
 *
 * rsi_14@1h               momentum_24@5m~1       one candle earlier
 * volatility_12@5m/ETHBTC of another symbol      rsi_14@5m+3  bridges gaps of up to 3 candles
 * }</pre>
 *
 * Each definition has exactly one name; the parts that are at their default are left out.
 */
sealed interface FeatureDefinition {

    /** Longest period and warm-up stay below one block of candles, so a block always warms up. */
    int MAX_PERIOD = 200;

    int MAX_SHIFT = 12;

    int MAX_BRIDGED_GAP_CANDLES = 12;

    int DEFAULT_BRIDGED_GAP_CANDLES = 1;

    String name();

    /** A term of the moment of the close. */
    record OfClock(ClockTerm term) implements FeatureDefinition {

        @Override
        public String name() {
            return term.code();
        }
    }

    /**
     * A term of the candles of a series.
     *
     * @param period 0 for a term without one
     * @param bridgedGapCandles the most candles that may be missing in a row without a new warm-up
     * @param shift candles of the timeframe into the past
     * @param correlated null for the symbol that the vector is of
     */
    record OfCandles(
            Term term,
            int period,
            Timeframe timeframe,
            int bridgedGapCandles,
            int shift,
            @Nullable Symbol correlated)
            implements FeatureDefinition {

        public OfCandles {
            boolean takesPeriod = Family.of(term).takesPeriods();
            if (takesPeriod ? period < 2 || period > MAX_PERIOD : period != 0) {
                throw new IllegalArgumentException(
                        takesPeriod
                                ? term.code() + " needs a period of 2 to " + MAX_PERIOD
                                : term.code() + " takes no period");
            }
            requireBridged(bridgedGapCandles);
            requireShift(shift);
        }

        @Override
        public String name() {
            StringBuilder name = new StringBuilder(term.code());
            if (period > 0) {
                name.append('_').append(period);
            }
            name.append('@').append(timeframe.code());
            if (bridgedGapCandles != DEFAULT_BRIDGED_GAP_CANDLES) {
                name.append('+').append(bridgedGapCandles);
            }
            if (shift > 0) {
                name.append('~').append(shift);
            }
            if (correlated != null) {
                name.append('/').append(correlated.name());
            }
            return name.toString();
        }
    }

    /**
     * Reads a name back.
     *
     * @throws IllegalArgumentException naming the name and what is wrong with it
     */
    static FeatureDefinition parse(String name) {
        Optional<ClockTerm> clock = ClockTerm.of(name);
        if (clock.isPresent()) {
            return new OfClock(clock.get());
        }
        FeatureDefinition definition;
        try {
            definition = ofCandles(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "unknown feature '" + name + "': " + e.getMessage(), e);
        }
        if (!definition.name().equals(name)) {
            throw new IllegalArgumentException(
                    "unknown feature '" + name + "': it is written " + definition.name());
        }
        return definition;
    }

    static void requireShift(int shift) {
        if (shift < 0 || shift > MAX_SHIFT) {
            throw new IllegalArgumentException("a shift must be 0 to " + MAX_SHIFT + ": " + shift);
        }
    }

    static void requireBridged(int candles) {
        if (candles < 0 || candles > MAX_BRIDGED_GAP_CANDLES) {
            throw new IllegalArgumentException(
                    "max_bridged_gap_candles must be 0 to "
                            + MAX_BRIDGED_GAP_CANDLES
                            + ": "
                            + candles);
        }
    }

    private static OfCandles ofCandles(String name) {
        Matcher parts = Syntax.NAME.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "a name is term[_period]@timeframe[+bridged][~shift][/SYMBOL]");
        }
        String term = parts.group("term");
        String symbol = parts.group("symbol");
        return new OfCandles(
                Term.of(term)
                        .orElseThrow(() -> new IllegalArgumentException("no term '" + term + "'")),
                number(parts.group("period"), 0),
                Timeframe.of(parts.group("timeframe")),
                number(parts.group("bridged"), DEFAULT_BRIDGED_GAP_CANDLES),
                number(parts.group("shift"), 0),
                symbol == null ? null : new Symbol(symbol));
    }

    private static int number(@Nullable String digits, int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }

    /** Interfaces have no private constants. */
    final class Syntax {

        private static final Pattern NAME =
                Pattern.compile(
                        "(?<term>[a-z]+(?:_[a-z]+)*)(?:_(?<period>\\d{1,4}))?"
                                + "@(?<timeframe>\\d+[a-z])(?:\\+(?<bridged>\\d{1,4}))?"
                                + "(?:~(?<shift>\\d{1,4}))?(?:/(?<symbol>.+))?");

        private Syntax() {}
    }
}
