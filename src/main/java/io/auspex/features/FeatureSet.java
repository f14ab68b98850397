package io.auspex.features;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.auspex.features.FeatureDefinition.OfCandles;
import io.auspex.features.FeatureDefinition.OfClock;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of features: families x periods x timeframes x shifted candles x correlated
 * symbols. It is a set: a feature that two declarations give appears once, where the first gives
 * it.
 *
 * @param families 1 to 256 declarations; their order, and the order of their lists, is the order of
 *     the vector
 * @param maxBridgedGapCandles the most candles that may be missing in a row, in each timeframe,
 *     without its indicators warming up anew; 0 to 12
 */
public record FeatureSet(List<FeatureDeclaration> families, int maxBridgedGapCandles) {

    /** Most features of a vector. */
    public static final int MAX_FEATURES = 4096;

    private static final int MAX_DECLARATIONS = 256;

    public FeatureSet {
        families = List.copyOf(families);
        if (families.isEmpty() || families.size() > MAX_DECLARATIONS) {
            throw new IllegalArgumentException(
                    "a feature set needs 1 to "
                            + MAX_DECLARATIONS
                            + " families: "
                            + families.size());
        }
        FeatureDefinition.requireBridged(maxBridgedGapCandles);
    }

    /** A set that bridges single missing candles. */
    public FeatureSet(List<FeatureDeclaration> families) {
        this(families, FeatureDefinition.DEFAULT_BRIDGED_GAP_CANDLES);
    }

    @JsonCreator
    static FeatureSet read(
            @JsonProperty(value = "families", required = true) List<FeatureDeclaration> families,
            @JsonProperty("max_bridged_gap_candles") @Nullable Integer maxBridgedGapCandles) {
        return new FeatureSet(
                Objects.requireNonNull(families, "families"),
                Objects.requireNonNullElse(
                        maxBridgedGapCandles, FeatureDefinition.DEFAULT_BRIDGED_GAP_CANDLES));
    }

    /** The declaration used when nothing else is said: 188 features with BTC and ETH present. */
    public static FeatureSet standard() {
        return StandardSets.standard();
    }

    /** About forty features of the symbol itself: for a small model, and for quick tests. */
    public static FeatureSet compact() {
        return StandardSets.compact();
    }

    /**
     * The schema of this declaration in a market. A correlated asset stands for the first symbol,
     * in sorted order, whose name begins with it; without one its features are left out.
     *
     * @param symbols the symbols of the market, among which the correlated ones are looked up
     * @throws IllegalArgumentException when there are no features, or more than {@value
     *     #MAX_FEATURES}
     */
    public FeatureSchema schema(Collection<Symbol> symbols) {
        Set<String> names = new LinkedHashSet<>();
        for (FeatureDeclaration declaration : families) {
            for (ClockTerm term : declaration.family().clockTerms()) {
                names.add(new OfClock(term).name());
            }
            for (Timeframe timeframe : declaration.timeframes()) {
                addCandleFeatures(declaration, timeframe, symbols, names);
            }
        }
        if (names.size() > MAX_FEATURES) {
            throw new IllegalArgumentException(
                    "a feature set gives at most " + MAX_FEATURES + " features: " + names.size());
        }
        return FeatureSchema.of(List.copyOf(names));
    }

    private void addCandleFeatures(
            FeatureDeclaration declaration,
            Timeframe timeframe,
            Collection<Symbol> symbols,
            Set<String> names) {
        List<Integer> periods =
                declaration.family().takesPeriods() ? declaration.periods() : List.of(0);
        for (Optional<Symbol> owner : owners(declaration, symbols)) {
            for (int shift : declaration.shifts()) {
                for (int period : periods) {
                    for (Term term : declaration.family().terms()) {
                        OfCandles feature =
                                new OfCandles(
                                        term,
                                        period,
                                        timeframe,
                                        maxBridgedGapCandles,
                                        shift,
                                        owner.orElse(null));
                        names.add(feature.name());
                    }
                }
            }
        }
    }

    /** Empty for the symbol itself. */
    private static List<Optional<Symbol>> owners(
            FeatureDeclaration declaration, Collection<Symbol> symbols) {
        List<Optional<Symbol>> owners = new ArrayList<>();
        owners.add(Optional.empty());
        for (String asset : declaration.correlated()) {
            symbols.stream()
                    .filter(symbol -> symbol.name().startsWith(asset))
                    .sorted()
                    .findFirst()
                    .ifPresent(symbol -> owners.add(Optional.of(symbol)));
        }
        return owners;
    }
}
