package io.auspex.features;

import io.auspex.features.FeatureDefinition.OfCandles;
import io.auspex.features.FeatureDefinition.OfClock;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where each feature of a schema is found, worked out from the names alone.
 *
 * @param series one plan a timeframe, shortest first
 * @param sources one a feature, in the order of the vector
 * @param clockTerms those that a feature is, in the order of the vector
 * @param correlated the other symbols that features are taken from, sorted
 */
record FeaturePlan(
        List<SeriesPlan> series,
        List<Source> sources,
        List<ClockTerm> clockTerms,
        List<Symbol> correlated) {

    /** Where the value of one feature is found. */
    sealed interface Source {}

    /**
     * In the moment of the close.
     *
     * @param term index into {@link #clockTerms()}
     */
    record Clock(int term) implements Source {}

    /**
     * In a slot of a series.
     *
     * @param owner index into {@link #correlated()}; empty for the symbol that the vector is of
     */
    record Cell(int series, int slot, int shift, int warmUp, OptionalInt owner) implements Source {}

    /**
     * @throws IllegalArgumentException naming a name that is unknown, or when names disagree about
     *     how many missing candles are bridged
     */
    static FeaturePlan of(FeatureSchema schema, int blockCandles) {
        List<FeatureDefinition> definitions =
                schema.names().stream().map(FeatureDefinition::parse).toList();
        List<OfCandles> ofCandles = ofCandles(definitions);
        int bridged = bridgedGapCandles(ofCandles);

        Map<Timeframe, SeriesPlan> byTimeframe = new TreeMap<>();
        for (OfCandles feature : ofCandles) {
            byTimeframe.computeIfAbsent(
                    feature.timeframe(), key -> new SeriesPlan(key, bridged, blockCandles));
        }
        List<Timeframe> timeframes = List.copyOf(byTimeframe.keySet());
        List<Symbol> correlated = correlated(ofCandles);
        List<ClockTerm> clockTerms = clockTerms(definitions);
        List<Source> sources = new ArrayList<>();
        for (FeatureDefinition definition : definitions) {
            sources.add(
                    switch (definition) {
                        case OfClock clock -> new Clock(clockTerms.indexOf(clock.term()));
                        case OfCandles feature ->
                                new Cell(
                                        timeframes.indexOf(feature.timeframe()),
                                        planOf(byTimeframe, feature).add(feature),
                                        feature.shift(),
                                        feature.term().warmUp(feature.period()),
                                        owner(feature, correlated));
                    });
        }
        return new FeaturePlan(
                List.copyOf(byTimeframe.values()), List.copyOf(sources), clockTerms, correlated);
    }

    private static SeriesPlan planOf(Map<Timeframe, SeriesPlan> plans, OfCandles feature) {
        SeriesPlan plan = plans.get(feature.timeframe());
        if (plan == null) {
            throw new IllegalStateException("every timeframe was given a plan");
        }
        return plan;
    }

    private static OptionalInt owner(OfCandles feature, List<Symbol> correlated) {
        Symbol symbol = feature.correlated();
        return symbol == null ? OptionalInt.empty() : OptionalInt.of(correlated.indexOf(symbol));
    }

    private static List<OfCandles> ofCandles(List<FeatureDefinition> definitions) {
        return definitions.stream()
                .filter(OfCandles.class::isInstance)
                .map(OfCandles.class::cast)
                .toList();
    }

    private static List<ClockTerm> clockTerms(List<FeatureDefinition> definitions) {
        return definitions.stream()
                .filter(OfClock.class::isInstance)
                .map(OfClock.class::cast)
                .map(OfClock::term)
                .toList();
    }

    private static List<Symbol> correlated(List<OfCandles> features) {
        return features.stream()
                .flatMap(feature -> Stream.ofNullable(feature.correlated()))
                .distinct()
                .sorted()
                .toList();
    }

    private static int bridgedGapCandles(List<OfCandles> features) {
        List<Integer> tolerances =
                features.stream().map(OfCandles::bridgedGapCandles).distinct().toList();
        if (tolerances.size() > 1) {
            throw new IllegalArgumentException(
                    "features of one schema bridge the same number of missing candles, not "
                            + tolerances.stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(" and ")));
        }
        return tolerances.isEmpty()
                ? FeatureDefinition.DEFAULT_BRIDGED_GAP_CANDLES
                : tolerances.getFirst();
    }
}
