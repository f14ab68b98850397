package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.bench.ServingTable.Goal;
import io.auspex.bench.StreamJob.Order;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the stream does: signals to thousands of subscribers beside a hand-written broadcast of the
 * same bytes on the same processor, the same while some do not read, and how long it is from a
 * complete candle to its signal on the socket. Prints one table with goals, met or missed.
 */
final class StreamBench {

    private static final String SUBSCRIBE =
            "{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"%s\"]}";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long LOOK_MILLIS = 50;
    private static final int SLOW = 4008;

    /** A subscriber that does not read is closed within seconds. */
    private static final int WAITING_MESSAGES = 256;

    /** Who sends what to whom. */
    private enum Shape {
        ONE("one signal to each"),
        ALL("all signals of a close to each");

        private final String text;

        Shape(String text) {
            this.text = text;
        }
    }

    private record Plan(
            int subscribers,
            int symbols,
            double speed,
            int seconds,
            int alternations,
            int warmUp,
            int stalledPercent,
            int closeSymbols,
            int closes,
            List<String> parts) {

        int stalled() {
            return Math.max(1, subscribers * stalledPercent / 100);
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

    private final Plan plan;
    private final Processors processors;
    private final PrintStream progress;
    private final Path folder;
    private final ServingTable table = new ServingTable();

    private StreamBench(Plan plan, Processors processors, PrintStream progress, Path folder) {
        this.plan = plan;
        this.processors = processors;
        this.progress = progress;
        this.folder = folder;
    }

    static void run(BenchOptions options, PrintStream out, PrintStream progress)
            throws IOException, InterruptedException {
        options.only(
                "subscribers",
                "symbols",
                "speed",
                "seconds",
                "alternations",
                "warm-up",
                "stalled",
                "close-symbols",
                "closes",
                "parts",
                "server-cpus",
                "load-cpus",
                "worker-cpus",
                "database-cpus");
        // Before anything logs: the application's library insists.
        System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
        Plan plan =
                new Plan(
                        options.number("subscribers", 2_000, 20),
                        options.number("symbols", 10, 2),
                        options.number("speed", 600, 1),
                        options.number("seconds", 5, 1),
                        options.number("alternations", 5, 1),
                        options.number("warm-up", 10, 0),
                        options.number("stalled", 5, 1),
                        options.number("close-symbols", 200, 2),
                        options.number("closes", 60, 2),
                        List.of(options.text("parts", "fanout,stalled,closes").split(",")));
        Path folder = Files.createTempDirectory("auspex-stream");
        try {
            StreamBench bench = new StreamBench(plan, Processors.of(options), progress, folder);
            bench.measure();
            bench.print(out);
        } finally {
            delete(folder);
        }
    }

    private void measure() throws IOException, InterruptedException {
        try (LineProcess load = LineProcess.start(StreamLoad.class, processors.load())) {
            if (plan.parts().contains("fanout") || plan.parts().contains("stalled")) {
                progress.printf(
                        "starting the service with %d symbols, and waiting for its first signals%n",
                        plan.symbols());
                try (StreamedService service =
                        StreamedService.start(
                                Files.createDirectories(folder.resolve("fanout")),
                                plan.symbols(),
                                plan.speed(),
                                processors,
                                List.of(
                                        "--stream.max-waiting-messages="
                                                + Math.max(
                                                        WAITING_MESSAGES, 4 * plan.symbols())))) {
                    if (plan.parts().contains("fanout")) {
                        fanout(service, load);
                    }
                    if (plan.parts().contains("stalled")) {
                        stalled(service, load);
                    }
                }
            }
            if (plan.parts().contains("closes")) {
                progress.printf(
                        "starting the service with %d symbols, and waiting for its first signals%n",
                        plan.closeSymbols());
                try (StreamedService service =
                        StreamedService.start(
                                Files.createDirectories(folder.resolve("closes")),
                                plan.closeSymbols(),
                                300,
                                processors,
                                List.of())) {
                    closes(service, load);
                }
            }
        }
    }

    // Fan-out

    private void fanout(StreamedService service, LineProcess load)
            throws IOException, InterruptedException {
        for (Shape shape : Shape.values()) {
            List<JsonNode> publication = publication(service, "signals:*");
            String topic =
                    shape == Shape.ALL
                            ? "signals:*"
                            : "signals:"
                                    + publication.getFirst().path("data").path("symbol").asText();
            List<String> texts =
                    shape == Shape.ALL
                            ? publication.stream().map(StreamBench::unsent).toList()
                            : List.of(unsent(publication(service, topic).getFirst()));
            List<Run> ours = new ArrayList<>();
            List<Run> raws = new ArrayList<>();
            try (LineProcess raw = LineProcess.start(FanoutBaseline.class, processors.server())) {
                int rawPort = Integer.parseInt(raw.line());
                ours(service, load, topic, texts.size(), plan.warmUp());
                raw(raw, rawPort, load, texts, plan.warmUp());
                for (int i = 1; i <= plan.alternations(); i++) {
                    Run our = ours(service, load, topic, texts.size(), plan.seconds());
                    Run other = raw(raw, rawPort, load, texts, plan.seconds());
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

    private Run ours(
            StreamedService service, LineProcess load, String topic, int texts, int seconds)
            throws IOException, InterruptedException {
        tell(
                load,
                new StreamJob(
                        Order.OPEN,
                        service.port(),
                        "/api/stream",
                        plan.subscribers(),
                        0,
                        SUBSCRIBE.formatted(topic)));
        return counted(load, service.pid(), plan.subscribers() * texts, seconds);
    }

    private Run raw(LineProcess raw, int port, LineProcess load, List<String> texts, int seconds)
            throws IOException, InterruptedException {
        tell(load, new StreamJob(Order.OPEN, port, "/", plan.subscribers(), 0, null));
        long every = Math.round(300_000 / plan.speed());
        raw.say(Json.mapper().writeValueAsString(new FanoutBaseline.Broadcast(texts, every)));
        Run run = counted(load, raw.pid(), plan.subscribers() * texts.size(), seconds);
        raw.say(Json.mapper().writeValueAsString(new FanoutBaseline.Broadcast(List.of(), 0)));
        return run;
    }

    private Run counted(LineProcess load, long pid, int expected, int seconds)
            throws IOException, InterruptedException {
        Thread.sleep(Duration.ofSeconds(1));
        tell(load, StreamJob.of(Order.BEGIN));
        long ticks = Processors.ofProcess(pid);
        Thread.sleep(Duration.ofSeconds(Math.max(1, seconds)));
        double used = Math.max(1, Processors.ofProcess(pid) - ticks) / 100.0;
        StreamResult result = tell(load, StreamJob.of(Order.END));
        tell(load, StreamJob.of(Order.CLOSE));
        return new Run(result, expected, result.messages() / used);
    }

    // Some do not read

    private void stalled(StreamedService service, LineProcess load)
            throws IOException, InterruptedException {
        int reading = plan.subscribers() - plan.stalled();
        List<StreamResult> without = new ArrayList<>();
        List<StreamResult> with = new ArrayList<>();
        List<Integer> closed = new ArrayList<>();
        subscribed(service, load, plan.subscribers(), 0, plan.warmUp());
        tell(load, StreamJob.of(Order.CLOSE));
        for (int i = 1; i <= plan.alternations(); i++) {
            StreamResult all;
            Others others;
            // There and back, so that a drift of the machine favours nobody.
            if (i % 2 == 1) {
                all = allReading(service, load);
                others = others(service, load);
            } else {
                others = others(service, load);
                all = allReading(service, load);
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

    private StreamResult allReading(StreamedService service, LineProcess load)
            throws IOException, InterruptedException {
        StreamResult all = subscribed(service, load, plan.subscribers(), 0, plan.seconds());
        tell(load, StreamJob.of(Order.CLOSE));
        return all;
    }

    private Others others(StreamedService service, LineProcess load)
            throws IOException, InterruptedException {
        double before = slow(service);
        StreamResult others =
                subscribed(service, load, plan.subscribers(), plan.stalled(), plan.seconds());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (slow(service) < before + plan.stalled() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_MILLIS);
        }
        StreamResult end = tell(load, StreamJob.of(Order.READ_STALLED));
        tell(load, StreamJob.of(Order.CLOSE));
        return new Others(others, end.closeCodes());
    }

    private StreamResult subscribed(
            StreamedService service, LineProcess load, int connections, int stalled, int seconds)
            throws IOException, InterruptedException {
        tell(
                load,
                new StreamJob(
                        Order.OPEN,
                        service.port(),
                        "/api/stream",
                        connections,
                        stalled,
                        SUBSCRIBE.formatted("signals:*")));
        Thread.sleep(Duration.ofSeconds(1));
        tell(load, StreamJob.of(Order.BEGIN));
        Thread.sleep(Duration.ofSeconds(Math.max(1, seconds)));
        return tell(load, StreamJob.of(Order.END));
    }

    private static double slow(StreamedService service) throws IOException, InterruptedException {
        return service.metrics("auspex_stream_slow_consumers_total").values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    // From the candle to the signal

    private void closes(StreamedService service, LineProcess load)
            throws IOException, InterruptedException {
        tell(
                load,
                new StreamJob(
                        Order.OPEN,
                        service.port(),
                        "/api/stream",
                        1,
                        0,
                        SUBSCRIBE.formatted("signals:*")));
        progress.printf("%d s of closes that are not counted%n", plan.warmUp());
        Thread.sleep(Duration.ofSeconds(plan.warmUp()));
        tell(load, StreamJob.of(Order.BEGIN));
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
        StreamResult result = tell(load, StreamJob.of(Order.END));
        tell(load, StreamJob.of(Order.CLOSE));
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
            table.tell(
                    "of that, " + step + ", ms",
                    Series.of(seen, each -> each.steps().millis(step)).text("%.2f"));
        }
        table.tell(
                "of that, from the publication to the last receipt, ms",
                Series.of(seen, each -> each.publication().last() / 1e6).text("%.2f"));
    }

    // Parts

    private static StreamResult tell(LineProcess load, StreamJob job) throws IOException {
        load.say(Json.mapper().writeValueAsString(job));
        return Json.mapper().readValue(load.line(), StreamResult.class);
    }

    /** All messages of a topic that were sent at one instant. */
    private static List<JsonNode> publication(StreamedService service, String topic)
            throws IOException, InterruptedException {
        BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket =
                    client.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + service.port() + "/api/stream"),
                                    new Listener(received))
                            .join();
            socket.sendText(SUBSCRIBE.formatted(topic), true).join();
            List<JsonNode> sent = new ArrayList<>();
            while (true) {
                JsonNode message = received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (message == null) {
                    throw new IOException("no signals of " + topic + " within " + PATIENCE);
                }
                if (!message.path("type").asText().equals("signal")) {
                    continue;
                }
                if (!sent.isEmpty()
                        && !sent.getFirst().path("ts_sent").equals(message.path("ts_sent"))) {
                    socket.abort();
                    return sent;
                }
                sent.add(message);
            }
        }
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

    private void print(PrintStream out) throws IOException {
        out.println(MachineText.describe());
        out.printf(
                Locale.ROOT,
                "Service and baseline on processor %s, load generator on %s, the service's PostgreSQL on %s. %,d subscribers, %d alternations of %d s, a close every %.0f ms.%n%n",
                processors.server().orElse("any"),
                processors.load().orElse("any"),
                processors.database().orElse("any"),
                plan.subscribers(),
                plan.alternations(),
                plan.seconds(),
                300_000 / plan.speed());
        table.print(out);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Puts the parts of a message together. */
    private static final class Listener implements WebSocket.Listener {

        private final BlockingQueue<JsonNode> messages;
        private final StringBuilder message = new StringBuilder();

        Listener(BlockingQueue<JsonNode> messages) {
            this.messages = messages;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                try {
                    messages.add(Json.mapper().readTree(message.toString()));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
