package io.auspex.training;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What each feature contributed. */
final class Importance {

    private Importance() {}

    /**
     * The share of each feature in the gain of all splits, averaged over the heads that have
     * splits: gains of different objectives have different units. Features without a split are left
     * out; the greatest come first, equals in the order of the schema.
     */
    static Map<String, Double> of(Collection<LightGbmModel> heads, List<String> names) {
        double[] shares = new double[names.size()];
        int trained = 0;
        for (LightGbmModel head : heads) {
            double[] gains = head.gains();
            double total = Arrays.stream(gains).sum();
            if (total > 0) {
                trained++;
                for (int j = 0; j < gains.length; j++) {
                    shares[j] += gains[j] / total;
                }
            }
        }
        int averaged = Math.max(1, trained);
        Map<String, Double> importance = new LinkedHashMap<>();
        IntStream.range(0, shares.length)
                .filter(j -> shares[j] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -shares[j]))
                .forEach(j -> importance.put(names.get(j), shares[j] / averaged));
        return importance;
    }
}
