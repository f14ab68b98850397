package io.auspex.bench;

import io.auspex.bench.ServingTable.Goal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What binary tensors bring over JSON: the same rows in either, one a request and many, in turn,
 * with every connection busy.
 */
final class EncodingBench {

    private final ServingPlan plan;
    private final ServingLoad load;
    private final ServingTable table;
    private final PrintStream progress;

    /** A way to ask, and what it has brought. */
    private record Way(String text, Path asked, int rows, List<ThroughputRun> runs) {}

    EncodingBench(ServingPlan plan, ServingLoad load, ServingTable table, PrintStream progress) {
        this.plan = plan;
        this.load = load;
        this.table = table;
        this.progress = progress;
    }

    void measure(ServiceUnderTest service) throws IOException {
        BenchRequests requests = load.requests();
        Way binary = way("binary infer", requests.binary(), 1);
        Way predict = way("JSON predict", requests.json(), 1);
        Way infer = way("infer in JSON", requests.inferJson(), 1);
        int many = BenchRequests.MANY;
        Way manyBinary = way("binary infer", requests.manyBinary(), many);
        Way manyPredict = way("JSON predict", requests.manyJson(), many);
        Way manyInfer = way("infer in JSON", requests.manyInferJson(), many);
        List<Way> ways = List.of(binary, predict, infer, manyBinary, manyPredict, manyInfer);
        if (plan.warmsUp()) {
            for (Way way : ways) {
                load.saturate("warming up", service.port(), way.asked(), plan.warmUpSeconds());
            }
        }
        for (int i = 1; i <= plan.alternations(); i++) {
            // There and back, so that a drift of the machine favours nobody.
            for (Way way : i % 2 == 1 ? ways : ways.reversed()) {
                run(i, way, service);
            }
        }
        compare(binary, predict);
        compare(binary, infer);
        compare(manyBinary, manyPredict);
        compare(manyBinary, manyInfer);
    }

    private static Way way(String what, Path asked, int rows) {
        return new Way(
                rows == 1 ? what : what + " of " + rows + " rows", asked, rows, new ArrayList<>());
    }

    private void run(int alternation, Way way, ServiceUnderTest service) throws IOException {
        ThroughputRun run = load.measure(way.text(), service, way.asked());
        way.runs().add(run);
        progress.printf(
                Locale.ROOT,
                "%d of %d, %s: %,.0f rows/s, %,.0f a processor second, p99 %.2f ms%n",
                alternation,
                plan.alternations(),
                way.text(),
                way.rows() * run.rate(),
                way.rows() * run.perProcessorSecond(),
                run.p99() / 1e6);
    }

    private void compare(Way ours, Way other) {
        table.compare(
                "%s, rows/s, against %s".formatted(ours.text(), other.text()),
                rates(ours),
                rates(other),
                Series.ratios(ours.runs(), other.runs(), ThroughputRun::rate),
                Series.ratios(ours.runs(), other.runs(), ThroughputRun::perProcessorSecond),
                new Goal.AtLeast(2));
    }

    private static String rates(Way way) {
        return Series.of(way.runs(), run -> way.rows() * run.rate()).text("%,.0f");
    }
}
