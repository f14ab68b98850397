package io.auspex.bench;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One close, as the service has measured it.
 *
 * @param steps what it took
 * @param seenMillis when it was known to be over, since the epoch
 */
record StreamClose(Steps steps, long seenMillis) {

    /** In the order in which they happen. */
    static final List<String> STEPS =
            List.of("features", "prediction", "decision", "commit", "publish");

    /** The storing of the candles, and what was worked out during it. */
    static final String CANDLES = "candles";

    static final String AHEAD = "ahead";

    private static final List<String> MEASURED =
            Stream.concat(Stream.of(CANDLES, AHEAD), STEPS.stream()).toList();

    /**
     * Seconds of all closes so far, or of some of them, by step.
     *
     * @param count how many closes
     * @param isBetween whether no close is under way: every step has been done as often
     */
    record Steps(long count, boolean isBetween, Map<String, Double> seconds) {

        private static final String TOTAL = "auspex_candle_to_signal_seconds_count";
        private static final String STEP = "auspex_candle_to_signal_step_seconds_";

        static Steps of(StreamedService service) throws IOException, InterruptedException {
            Map<String, Double> metrics = service.metrics("auspex_candle_to_signal");
            Map<String, Double> seconds = new HashMap<>();
            double count = 0;
            Set<Double> counts = new HashSet<>();
            for (Map.Entry<String, Double> metric : metrics.entrySet()) {
                if (metric.getKey().startsWith(TOTAL)) {
                    count = metric.getValue();
                    counts.add(count);
                } else if (metric.getKey().startsWith(STEP + "count")) {
                    counts.add(metric.getValue());
                }
                for (String step : MEASURED) {
                    if (metric.getKey().startsWith(STEP + "sum")
                            && metric.getKey().contains("\"" + step + "\"")) {
                        seconds.put(step, metric.getValue());
                    }
                }
            }
            return new Steps((long) count, counts.size() == 1, seconds);
        }

        Steps since(Steps before) {
            Map<String, Double> difference = new HashMap<>();
            seconds.forEach((step, value) ->
                    difference.put(step, value - before.seconds.getOrDefault(step, 0.0)));
            return new Steps(count - before.count, isBetween, difference);
        }

        double millis(String step) {
            return 1e3 * seconds.getOrDefault(step, 0.0);
        }

        double millisBeforePublication() {
            return millis("features") + millis("prediction") + millis("decision");
        }
    }

    /** The same close, with what a subscriber received of it. */
    record Seen(Steps steps, StreamResult.Publication publication) {

        double medianWithoutCommitMillis() {
            return steps.millisBeforePublication() + publication.median() / 1e6;
        }

        double medianWithAheadMillis() {
            return medianWithoutCommitMillis() + steps.millis(AHEAD);
        }

        double lastSinceArrivalMillis() {
            return steps.millis(CANDLES) + lastMillis();
        }

        double lastMillis() {
            return steps.millisBeforePublication()
                    + steps.millis("commit")
                    + publication.last() / 1e6;
        }
    }

    /** Empty when the subscriber has not received all of it. */
    Optional<Seen> seen(StreamResult result, int signals) {
        return result.publications().stream()
                .filter(each -> each.sentNanos() <= seenMillis * 1_000_000L)
                .reduce((_, later) -> later)
                .filter(each -> each.messages() == signals)
                .map(each -> new Seen(steps, each));
    }
}
