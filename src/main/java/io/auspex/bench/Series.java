package io.auspex.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** One figure of each alternation. */
final class Series {

    private final double[] sorted;

    Series(DoubleStream values) {
        this.sorted = values.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
    }

    static <T> Series of(List<T> results, ToDoubleFunction<T> figure) {
        return new Series(results.stream().mapToDouble(figure));
    }

    /** Of what was measured in the same alternation. */
    static <T> Series ratios(List<T> ours, List<T> baselines, ToDoubleFunction<T> figure) {
        int alternations = Math.min(ours.size(), baselines.size());
        return new Series(
                IntStream.range(0, alternations)
                        .mapToDouble(i ->
                                figure.applyAsDouble(ours.get(i))
                                        / figure.applyAsDouble(baselines.get(i))));
    }

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** {@code median (least to most)}; the median alone of a single one. */
    String text(String format) {
        String median = String.format(Locale.ROOT, format, median());
        if (sorted.length == 1) {
            return median;
        }
        return String.format(
                Locale.ROOT,
                "%s (" + format + " to " + format + ")",
                median,
                sorted[0],
                sorted[sorted.length - 1]);
    }

    @Override
    public String toString() {
        return Arrays.toString(sorted);
    }
}
