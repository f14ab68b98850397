package io.auspex.ensemble;

import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What several members say together: of every probability the weighted mean of their log-odds, of
 * the expected return their weighted mean. Pure; the order of the voices changes no bit, and only
 * the ratios of their weights count.
 *
 * <p>The logarithmic pool is the one that commutes with Bayes' rule: new evidence may come before
 * or after the pooling (Genest and Zidek, Combining probability distributions, Statistical Science
 * 1, 1986). Where {@code p_up + p_down <= 1} holds for every voice it holds for the pool.
 */
final class Combination {

    /** A probability of 0 or 1 would outvote everybody for ever; it counts as this far from it. */
    static final double SUREST = 1e-6;

    private Combination() {}

    /**
     * Combines voices.
     *
     * @param voices at least one, each with every head of a model of the market, finite
     */
    static Map<Head, Double> of(List<Voice> voices) {
        if (voices.isEmpty()) {
            throw new IllegalArgumentException("nobody spoke");
        }
        List<Voice> ordered = voices.stream().sorted(Comparator.comparing(Voice::member)).toList();
        double total = 0;
        for (Voice voice : ordered) {
            total += voice.weight();
        }
        Map<Head, Double> combined = new EnumMap<>(Head.class);
        for (Head head : ModelKind.MARKET.heads()) {
            double sum = 0;
            for (Voice voice : ordered) {
                double value = finite(voice, head);
                sum += voice.weight() / total * (head.isProbability() ? logOdds(value) : value);
            }
            combined.put(head, head.isProbability() ? 1 / (1 + Math.exp(-sum)) : sum);
        }
        return combined;
    }

    private static double logOdds(double probability) {
        double p = Math.clamp(probability, SUREST, 1 - SUREST);
        return Math.log(p / (1 - p));
    }

    private static double finite(Voice voice, Head head) {
        Double value = voice.heads().get(head);
        if (value == null || !Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "%s gives no finite %s: %s".formatted(voice.member(), head.code(), value));
        }
        return value;
    }
}
