package io.auspex.bench;

import io.auspex.bench.ServingTable.Goal;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What those hear that read, while others do not; and what becomes of these: the service closes
 * them.
 */
final class StalledBench {

    private static final String TOPIC = "signals:*";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long LOOK_MILLIS = 50;
    private static final int SLOW = 4008;

    private final StreamPlan plan;
    private final Subscribers subscribers;
    private final ServingTable table;
    private final PrintStream progress;

    StalledBench(
            StreamPlan plan, Subscribers subscribers, ServingTable table, PrintStream progress) {
        this.plan = plan;
        this.subscribers = subscribers;
        this.table = table;
        this.progress = progress;
    }

    void measure(StreamedService service) throws IOException, InterruptedException {
        int reading = plan.subscribers() - plan.stalled();
        List<StreamResult> without = new ArrayList<>();
        List<StreamResult> with = new ArrayList<>();
        List<Integer> closed = new ArrayList<>();
        if (plan.warmsUp()) {
            allReading(service, plan.warmUpSeconds());
        }
        for (int i = 1; i <= plan.alternations(); i++) {
            StreamResult all;
            Others others;
            // There and back, so that a drift of the machine favours nobody.
            if (i % 2 == 1) {
                all = allReading(service, plan.seconds());
                others = others(service);
            } else {
                others = others(service);
                all = allReading(service, plan.seconds());
            }
            without.add(all);
            with.add(others.result());
            closed.add(others.closeCodes().getOrDefault(SLOW, 0));
            progress.printf(
                    Locale.ROOT,
                    "%d of %d: p99 of %d that read %.1f ms, of all %d without any that does not %.1f ms; closed %s%n",
                    i,
                    plan.alternations(),
                    reading,
                    others.result().p99() / 1e6,
                    plan.subscribers(),
                    all.p99() / 1e6,
                    others.closeCodes());
        }
        table.compare(
                "%d of %d subscribers do not read: the others' p99, ms, against without"
                        .formatted(plan.stalled(), plan.subscribers()),
                Series.of(with, result -> result.p99() / 1e6).text("%.1f"),
                Series.of(without, result -> result.p99() / 1e6).text("%.1f"),
                Series.ratios(with, without, StreamResult::p99),
                new Goal.AtMost(1.2));
        table.tell(
                "of the %d that do not read, closed with %d".formatted(plan.stalled(), SLOW),
                closed.toString());
    }

    /**
     * What those received that read, while others did not.
     *
     * @param closeCodes of those that did not
     */
    private record Others(StreamResult result, Map<Integer, Integer> closeCodes) {}

    private StreamResult allReading(StreamedService service, int seconds)
            throws IOException, InterruptedException {
        subscribers.subscribe(service, TOPIC, plan.subscribers(), 0);
        StreamResult all = subscribers.hear(seconds);
        subscribers.leave();
        return all;
    }

    private Others others(StreamedService service) throws IOException, InterruptedException {
        double before = slow(service);
        subscribers.subscribe(service, TOPIC, plan.subscribers(), plan.stalled());
        StreamResult others = subscribers.hear(plan.seconds());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (slow(service) < before + plan.stalled() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_MILLIS);
        }
        StreamResult end = subscribers.readStalled();
        subscribers.leave();
        return new Others(others, end.closeCodes());
    }

    private static double slow(StreamedService service) throws IOException, InterruptedException {
        return service.metrics("auspex_stream_slow_consumers_total").values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }
}
