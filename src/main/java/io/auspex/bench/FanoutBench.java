package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.bench.ServingTable.Goal;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Signals to thousands of subscribers, beside a hand-written broadcast of the same bytes on the
 * same processor, in turn.
 */
final class FanoutBench {

    /** Who sends what to whom. */
    private enum Shape {
        ONE("one signal to each"),
        ALL("all signals of a close to each");

        private final String text;

        Shape(String text) {
            this.text = text;
        }
    }

    /**
     * One measurement.
     *
     * @param perProcessorSecond messages for a second of the sender's processor time
     */
    private record Run(StreamResult result, int expected, double perProcessorSecond) {

        /** Of whole publications, as fast as they went out. */
        double rate() {
            return Series.of(whole(), StreamResult.Publication::rate).median();
        }

        private List<StreamResult.Publication> whole() {
            List<StreamResult.Publication> whole =
                    result.publications().stream()
                            .filter(each -> each.messages() == expected)
                            .toList();
            if (whole.isEmpty()) {
                throw new IllegalStateException(
                        "no publication of %d messages arrived: %s"
                                .formatted(expected, result.publications()));
            }
            return whole;
        }
    }

    private final StreamPlan plan;
    private final Processors processors;
    private final Subscribers subscribers;
    private final ServingTable table;
    private final PrintStream progress;

    FanoutBench(
            StreamPlan plan,
            Processors processors,
            Subscribers subscribers,
            ServingTable table,
            PrintStream progress) {
        this.plan = plan;
        this.processors = processors;
        this.subscribers = subscribers;
        this.table = table;
        this.progress = progress;
    }

    void measure(StreamedService service) throws IOException, InterruptedException {
        for (Shape shape : Shape.values()) {
            List<JsonNode> publication = SampleOfStream.of(service, "signals:*");
            String topic =
                    shape == Shape.ALL
                            ? "signals:*"
                            : "signals:"
                                    + publication.getFirst().path("data").path("symbol").asText();
            List<String> texts =
                    shape == Shape.ALL
                            ? publication.stream().map(FanoutBench::unsent).toList()
                            : List.of(unsent(SampleOfStream.of(service, topic).getFirst()));
            List<Run> ours = new ArrayList<>();
            List<Run> raws = new ArrayList<>();
            try (LineProcess raw = LineProcess.start(FanoutBaseline.class, processors.server())) {
                int rawPort = Integer.parseInt(raw.line());
                if (plan.warmsUp()) {
                    ours(service, topic, texts.size(), plan.warmUpSeconds());
                    raw(raw, rawPort, texts, plan.warmUpSeconds());
                }
                for (int i = 1; i <= plan.alternations(); i++) {
                    Run our = ours(service, topic, texts.size(), plan.seconds());
                    Run other = raw(raw, rawPort, texts, plan.seconds());
                    ours.add(our);
                    raws.add(other);
                    progress.printf(
                            Locale.ROOT,
                            "%d of %d, %s: %,.0f messages/s, p99 %.1f ms; raw Vert.x %,.0f messages/s, p99 %.1f ms%n",
                            i,
                            plan.alternations(),
                            shape.text,
                            our.rate(),
                            our.result().p99() / 1e6,
                            other.rate(),
                            other.result().p99() / 1e6);
                }
            }
            String what =
                    "%s (%d of %d bytes), messages/s"
                            .formatted(shape.text, texts.size(), texts.getFirst().length());
            table.compare(
                    what,
                    Series.of(ours, Run::rate).text("%,.0f"),
                    Series.of(raws, Run::rate).text("%,.0f"),
                    Series.ratios(ours, raws, Run::rate),
                    Series.ratios(ours, raws, Run::perProcessorSecond),
                    new Goal.AtLeast(0.8));
            table.compare(
                    "the same, p50 / p99 / p99.9 from publication to receipt, ms",
                    percentiles(ours),
                    percentiles(raws),
                    Series.ratios(ours, raws, run -> run.result().p99()),
                    new Goal.None());
        }
    }

    private Run ours(StreamedService service, String topic, int texts, int seconds)
            throws IOException, InterruptedException {
        subscribers.subscribe(service, topic, plan.subscribers(), 0);
        return counted(service.pid(), plan.subscribers() * texts, seconds);
    }

    private Run raw(LineProcess raw, int port, List<String> texts, int seconds)
            throws IOException, InterruptedException {
        subscribers.listen(port, plan.subscribers());
        long every = Math.round(plan.closeMillis());
        raw.say(Json.mapper().writeValueAsString(new FanoutBaseline.Broadcast(texts, every)));
        Run run = counted(raw.pid(), plan.subscribers() * texts.size(), seconds);
        raw.say(Json.mapper().writeValueAsString(new FanoutBaseline.Broadcast(List.of(), 0)));
        return run;
    }

    private Run counted(long pid, int expected, int seconds)
            throws IOException, InterruptedException {
        Subscribers.settle();
        subscribers.begin();
        long ticks = Processors.ofProcess(pid);
        Thread.sleep(Duration.ofSeconds(Math.max(1, seconds)));
        double used = Math.max(1, Processors.ofProcess(pid) - ticks) / 100.0;
        StreamResult result = subscribers.end();
        subscribers.leave();
        return new Run(result, expected, result.messages() / used);
    }

    private static String unsent(JsonNode message) {
        return ((ObjectNode) message).put("ts_sent", FanoutBaseline.SENT).toString();
    }

    private static String percentiles(List<Run> runs) {
        return median(runs, run -> run.result().p50() / 1e6)
                + " / "
                + median(runs, run -> run.result().p99() / 1e6)
                + " / "
                + median(runs, run -> run.result().p999() / 1e6);
    }

    private static String median(List<Run> runs, ToDoubleFunction<Run> figure) {
        return String.format(Locale.ROOT, "%.1f", Series.of(runs, figure).median());
    }
}
