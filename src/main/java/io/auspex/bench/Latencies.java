package io.auspex.bench;

import java.util.List;
import java.util.function.ToLongFunction;

/** Several measurements of latencies as one text of the table, in milliseconds. */
final class Latencies {

    private Latencies() {}

    static String p99(List<LoadResult> results) {
        return "p99 " + millis(results, LoadResult::p99) + " ms";
    }

    static String p99Undisturbed(List<LoadResult> results) {
        return "p99 " + millis(results, LoadResult::p99Undisturbed) + " ms";
    }

    static String all(List<LoadResult> results) {
        return "p50 %s, p99 %s, p99.9 %s ms"
                .formatted(
                        millis(results, LoadResult::p50),
                        millis(results, LoadResult::p99),
                        millis(results, LoadResult::p999));
    }

    private static String millis(List<LoadResult> results, ToLongFunction<LoadResult> nanos) {
        return Series.of(results, result -> nanos.applyAsLong(result) / 1e6).text("%.2f");
    }
}
