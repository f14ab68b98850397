package io.auspex.bench;

import io.auspex.bench.ServingTable.Goal;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How long it is from a complete candle to its signal on the socket, when many symbols close. */
final class CloseBench {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long LOOK_MILLIS = 50;

    private final StreamPlan plan;
    private final Subscribers subscribers;
    private final ServingTable table;
    private final PrintStream progress;

    CloseBench(StreamPlan plan, Subscribers subscribers, ServingTable table, PrintStream progress) {
        this.plan = plan;
        this.subscribers = subscribers;
        this.table = table;
        this.progress = progress;
    }

    void measure(StreamedService service) throws IOException, InterruptedException {
        subscribers.subscribe(service, "signals:*", 1, 0);
        progress.printf("%d s of closes that are not counted%n", plan.warmUpSeconds());
        Thread.sleep(Duration.ofSeconds(plan.warmUpSeconds()));
        subscribers.begin();
        List<StreamClose> closes = new ArrayList<>();
        StreamClose.Steps before = StreamClose.Steps.of(service);
        long deadline = System.nanoTime() + PATIENCE.plusSeconds(2L * plan.closes()).toNanos();
        while (closes.size() < plan.closes() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_MILLIS);
            StreamClose.Steps now = StreamClose.Steps.of(service);
            if (!now.isBetween()) {
                continue;
            }
            if (now.count() == before.count() + 1) {
                closes.add(new StreamClose(now.since(before), System.currentTimeMillis()));
            }
            before = now;
        }
        StreamResult result = subscribers.end();
        subscribers.leave();
        List<StreamClose.Seen> seen =
                closes.stream()
                        .flatMap(close -> close.seen(result, plan.closeSymbols()).stream())
                        .toList();
        tellOfCloses(seen);
    }

    private void tellOfCloses(List<StreamClose.Seen> seen) {
        Series median = Series.of(seen, StreamClose.Seen::medianWithoutCommitMillis);
        Series last = Series.of(seen, StreamClose.Seen::lastMillis);
        String all =
                "%d symbols close at once, %d closes: ".formatted(plan.closeSymbols(), seen.size());
        table.goal(
                all + "p50 from the complete candle to the socket without the commit, ms",
                median.text("%.2f"),
                median.median(),
                new Goal.AtMost(2));
        table.goal(
                all + "the last signal on the socket, commit included, ms",
                last.text("%.1f"),
                last.median(),
                new Goal.AtMost(25));
        for (String step : StreamClose.STEPS) {
            tell("of that, " + step + ", ms", "%.2f", seen, each -> each.steps().millis(step));
        }
        tell(
                "of that, from the publication to the last receipt, ms",
                "%.2f",
                seen,
                each -> each.publication().last() / 1e6);
        tell(
                "worked out while the candles were being stored, ms",
                "%.2f",
                seen,
                each -> each.steps().millis(StreamClose.AHEAD));
        tell("p50 with that added, ms", "%.2f", seen, StreamClose.Seen::medianWithAheadMillis);
        tell(
                "storing of the candles, ms",
                "%.2f",
                seen,
                each -> each.steps().millis(StreamClose.CANDLES));
        tell(
                "the last signal since the arrival of the candles, both commits included, ms",
                "%.1f",
                seen,
                StreamClose.Seen::lastSinceArrivalMillis);
    }

    private void tell(
            String what,
            String format,
            List<StreamClose.Seen> seen,
            ToDoubleFunction<StreamClose.Seen> figure) {
        table.tell(what, Series.of(seen, figure).text(format));
    }
}
