package io.auspex.bench;

import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** What a thousand swaps cost a million requests: nothing, if it prints zeros. */
final class SwapsBench {

    private static final int HEAP_MEGABYTES = 256;
    private static final double MEBIBYTE = 1048576;

    private SwapsBench() {}

    static void run(BenchOptions options, PrintStream out, PrintStream progress)
            throws IOException, InterruptedException, SQLException {
        options.only(
                "requests",
                "swaps",
                "corrupt",
                "deleted",
                "connections",
                "versions",
                "features",
                "warm-up");
        int features = options.number("features", 60, 1);
        SwapStorm.Plan plan =
                plan(
                        options.number("requests", 1_000_000, 1),
                        options.number("swaps", 1_000, 10),
                        options.number("connections", 8, 1),
                        options.number("versions", 16, 2),
                        options.number("corrupt", 20, 0),
                        options.number("deleted", 20, 0));
        MarkedModel any =
                model("swaps", features, new MarketSpec("none", List.of(), Timeframe.FIVE_MINUTES));
        try (ServiceProcess service =
                        ServiceProcess.ready(
                                ServiceStart.with(List.of("--feed=none"))
                                        .withFixedHeap(HEAP_MEGABYTES));
                Connection database = service.database()) {
            new SwapModels(database)
                    .prepare(ModelSpec.standard(any.name(), any.market()), any, plan);
            first(service.port(), any, plan.good().getFirst());
            int warmUpSeconds = options.number("warm-up", 30, 0);
            progress.printf("warming up for %d s%n", warmUpSeconds);
            warmUp(service, any, plan, warmUpSeconds);
            SwapStorm.Outcome outcome =
                    new SwapStorm(
                                    service.port(),
                                    any,
                                    plan,
                                    () -> resident(service),
                                    tenths ->
                                            progress.printf(
                                                    Locale.ROOT,
                                                    "%d tenths of %,d swaps: %.1f MiB resident%n",
                                                    tenths.size(),
                                                    plan.swaps(),
                                                    tenths.getLast() / MEBIBYTE))
                            .run();
            print(outcome, plan, out);
        }
    }

    /**
     * Rounds of swaps and requests that are not counted: while Java still compiles what runs most,
     * its code grows in RAM, and would hide or feign a leak.
     */
    private static void warmUp(
            ServiceProcess service, MarkedModel any, SwapStorm.Plan plan, int seconds)
            throws IOException, InterruptedException {
        SwapStorm.Plan round =
                new SwapStorm.Plan(
                        10_000, 10, plan.connections(), plan.good(), List.of(), List.of());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            new SwapStorm(service.port(), any, round, () -> 0, _ -> {}).run();
        }
    }

    /** Versions are numbered through: good ones, corrupt ones, deleted ones. */
    static SwapStorm.Plan plan(
            long requests, int swaps, int connections, int good, int corrupt, int deleted) {
        return new SwapStorm.Plan(
                requests,
                swaps,
                connections,
                numbers(1, good),
                numbers(1 + good, corrupt),
                numbers(1 + good + corrupt, deleted));
    }

    /** A model of the first features of the standard set. */
    static MarkedModel model(String name, int features, MarketSpec market) {
        FeatureSchema all =
                FeatureSet.standard().schema(List.of(new Symbol("ADABTC"), new Symbol("ETHBTC")));
        List<String> names = all.names().subList(0, Math.min(features, all.size()));
        return new MarkedModel(name, FeatureSchema.of(names), market, 0);
    }

    /** Makes a version the champion, so that every request has somebody to answer. */
    static void first(int port, MarkedModel any, int version) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            HttpConnection.Reply reply =
                    connection.post(
                            "/api/models/" + any.name() + "/promote",
                            "{\"version\":" + version + "}");
            if (reply.status() != 200) {
                throw new IllegalStateException("the first version does not serve: " + reply);
            }
        }
    }

    private static void print(SwapStorm.Outcome outcome, SwapStorm.Plan plan, PrintStream out) {
        out.println("| | |");
        out.println("|---|---:|");
        row(out, "requests, over " + plan.connections() + " connections", outcome.requests());
        row(out, "failed", outcome.failed());
        row(out, "answers mixing two versions", outcome.mixed());
        row(out, "swaps published", outcome.promoted());
        row(out, "corrupt and deleted versions refused", outcome.refused());
        row(out, "promotions that ended otherwise than planned", outcome.unexpected());
        row(out, "versions that answered", outcome.versionsSeen());
        for (int tenth = 0; tenth < outcome.resident().size(); tenth++) {
            out.printf(
                    Locale.ROOT,
                    "| resident, median of the tenth that ends with swap %,d, MiB | %.1f |%n",
                    (tenth + 1) * plan.swaps() / 10,
                    outcome.resident().get(tenth) / MEBIBYTE);
        }
        out.printf(
                Locale.ROOT,
                "| growth from the first of these to the last | %+.2f %% |%n",
                100 * outcome.residentGrowth());
        out.printf(
                Locale.ROOT,
                "| seconds | %.0f |%n| requests a second, swaps included | %.0f |%n",
                outcome.seconds(),
                outcome.requests() / outcome.seconds());
        outcome.complaints().forEach(out::println);
    }

    private static void row(PrintStream out, String what, long count) {
        out.printf(Locale.ROOT, "| %s | %,d |%n", what, count);
    }

    private static long resident(ServiceProcess service) {
        try {
            return service.residentBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Integer> numbers(int from, int count) {
        return new ArrayList<>(IntStream.range(from, from + count).boxed().toList());
    }
}
