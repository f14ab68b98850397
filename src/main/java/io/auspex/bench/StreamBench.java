package io.auspex.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * What the stream does, measured at a service with a simulated market. Prints one table with goals,
 * met or missed. Its parts are {@link FanoutBench}, {@link StalledBench} and {@link CloseBench}.
 */
final class StreamBench {

    /** A subscriber that does not read is closed within seconds. */
    private static final int WAITING_MESSAGES = 256;

    private static final double SPEED_OF_CLOSES = 300;

    private final StreamPlan plan;
    private final Processors processors;
    private final PrintStream progress;
    private final ServingTable table = new ServingTable();

    private StreamBench(StreamPlan plan, Processors processors, PrintStream progress) {
        this.plan = plan;
        this.processors = processors;
        this.progress = progress;
    }

    static void run(BenchOptions options, PrintStream out, PrintStream progress)
            throws IOException, InterruptedException, SQLException {
        // Before anything logs: the application's library insists.
        System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
        StreamBench bench =
                new StreamBench(StreamPlan.of(options), Processors.of(options), progress);
        bench.measure();
        bench.print(out);
    }

    private void measure() throws IOException, InterruptedException, SQLException {
        try (Subscribers subscribers = Subscribers.start(processors)) {
            if (plan.has("fanout") || plan.has("stalled")) {
                manySubscribers(subscribers);
            }
            if (plan.has("closes")) {
                try (StreamedService service =
                        service(plan.closeSymbols(), SPEED_OF_CLOSES, List.of())) {
                    new CloseBench(plan, subscribers, table, progress).measure(service);
                }
            }
        }
    }

    private void manySubscribers(Subscribers subscribers)
            throws IOException, InterruptedException, SQLException {
        int waiting = Math.max(WAITING_MESSAGES, 4 * plan.symbols());
        try (StreamedService service =
                service(
                        plan.symbols(),
                        plan.speed(),
                        List.of("--stream.max-waiting-messages=" + waiting))) {
            if (plan.has("fanout")) {
                new FanoutBench(plan, processors, subscribers, table, progress).measure(service);
            }
            if (plan.has("stalled")) {
                new StalledBench(plan, subscribers, table, progress).measure(service);
            }
        }
    }

    private StreamedService service(int symbols, double speed, List<String> options)
            throws IOException, InterruptedException, SQLException {
        progress.printf(
                "starting the service with %d symbols, and waiting for its first signals%n",
                symbols);
        return StreamedService.start(symbols, speed, processors, options);
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
                plan.closeMillis());
        table.print(out);
    }
}
