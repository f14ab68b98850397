package io.auspex.bench;

import io.auspex.bench.ServingTable.Goal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What it brings to score the rows of concurrent requests in one call: two services on the same
 * processor, one of which scores them one by one, in turn; with every connection busy, and at half
 * of what the slower one can do.
 */
final class TogetherBench {

    private static final double OPEN_SHARE = 0.5;

    private final ServingPlan plan;
    private final ServingLoad load;
    private final ServingTable table;
    private final PrintStream progress;

    TogetherBench(ServingPlan plan, ServingLoad load, ServingTable table, PrintStream progress) {
        this.plan = plan;
        this.load = load;
        this.table = table;
        this.progress = progress;
    }

    /** Option of a service that scores every row on its own. */
    static List<String> oneByOne() {
        return List.of("--serving.together-rows=1");
    }

    void measure(ServiceUnderTest together, ServiceUnderTest oneByOne) throws IOException {
        List<Path> ways = List.of(load.requests().json(), load.requests().binary());
        if (plan.warmsUp()) {
            for (Path way : ways) {
                load.saturate("warming up", together.port(), way, plan.warmUpSeconds());
                load.saturate("warming up", oneByOne.port(), way, plan.warmUpSeconds());
            }
        }
        double rate = OPEN_SHARE * compare("JSON predict", ways.getFirst(), together, oneByOne);
        compare("binary infer", ways.getLast(), together, oneByOne);
        open(plan.rate() > 0 ? plan.rate() : rate, together, oneByOne);
    }

    /** What the one that scores one by one can do, in requests a second. */
    private double compare(
            String what, Path way, ServiceUnderTest together, ServiceUnderTest oneByOne)
            throws IOException {
        List<ThroughputRun> ours = new ArrayList<>();
        List<ThroughputRun> theirs = new ArrayList<>();
        for (int i = 1; i <= plan.alternations(); i++) {
            // Who is first takes turns, so that a drift of the machine favours nobody.
            if (i % 2 == 1) {
                ours.add(run(i, what + ", rows together", way, together));
            }
            theirs.add(run(i, what + ", one by one", way, oneByOne));
            if (i % 2 == 0) {
                ours.add(run(i, what + ", rows together", way, together));
            }
        }
        table.compare(
                what + ", rows of concurrent requests together, requests/s, against one by one",
                Series.of(ours, ThroughputRun::rate).text("%,.0f"),
                Series.of(theirs, ThroughputRun::rate).text("%,.0f"),
                Series.ratios(ours, theirs, ThroughputRun::rate),
                Series.ratios(ours, theirs, ThroughputRun::perProcessorSecond),
                new Goal.AtLeast(1));
        table.compare(
                "the same, p99 with every connection busy",
                Latencies.p99(ours.stream().map(ThroughputRun::load).toList()),
                Latencies.p99(theirs.stream().map(ThroughputRun::load).toList()),
                Series.ratios(ours, theirs, ThroughputRun::p99),
                new Goal.AtMost(1));
        return Series.of(theirs, ThroughputRun::rate).median();
    }

    private void open(double rate, ServiceUnderTest together, ServiceUnderTest oneByOne)
            throws IOException {
        List<LoadResult> ours = new ArrayList<>();
        List<LoadResult> theirs = new ArrayList<>();
        for (int i = 1; i <= plan.alternations(); i++) {
            if (i % 2 == 1) {
                ours.add(open(i, "together", rate, together));
            }
            theirs.add(open(i, "one by one", rate, oneByOne));
            if (i % 2 == 0) {
                ours.add(open(i, "together", rate, together));
            }
        }
        table.compare(
                String.format(
                        Locale.ROOT,
                        "open loop at %,.0f requests/s, rows together; p99 against one by one",
                        rate),
                Latencies.all(ours),
                Latencies.all(theirs),
                Series.ratios(ours, theirs, LoadResult::p99),
                new Goal.None());
    }

    private ThroughputRun run(int i, String what, Path way, ServiceUnderTest service)
            throws IOException {
        ThroughputRun run = load.measure(what, service, way);
        progress.printf(
                Locale.ROOT,
                "%d of %d, %s: %,.0f requests/s, %,.0f a processor second, p50 %.2f, p99 %.2f ms%n",
                i,
                plan.alternations(),
                what,
                run.rate(),
                run.perProcessorSecond(),
                run.load().p50() / 1e6,
                run.p99() / 1e6);
        return run;
    }

    private LoadResult open(int i, String what, double rate, ServiceUnderTest service)
            throws IOException {
        LoadResult result = load.open("open loop", service.port(), plan.seconds(), rate, List.of());
        progress.printf(
                Locale.ROOT,
                "%d of %d, open loop at %,.0f requests/s, %s: p50 %.2f, p99 %.2f, p99.9 %.2f ms%n",
                i,
                plan.alternations(),
                rate,
                what,
                result.p50() / 1e6,
                result.p99() / 1e6,
                result.p999() / 1e6);
        return result;
    }
}
