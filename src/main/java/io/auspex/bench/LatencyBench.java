package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.bench.ServingTable.Goal;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * How long requests take that come at their own pace: while nothing else happens, while versions
 * are swapped, and during whole refits, in turn. Before that each of them happens once without
 * being counted, because code that runs for the first time is compiled beside the requests, and
 * what was compiled for fewer kinds of requests is discarded; what that costs is told.
 */
final class LatencyBench {

    private static final double MAX_REFIT_SECONDS = 300;

    /** As often as its progress is written; to look costs the service a query. */
    private static final long POLL_MILLIS = 500;

    private final ServingPlan plan;
    private final Processors processors;
    private final ServingLoad load;
    private final ServingTable table;
    private final GeneratorShares shares;
    private final PrintStream progress;
    private final String setting;
    private final double rate;
    private List<String> watched = List.of();

    /**
     * @param setting what the service shares processors with
     * @param rate requests a second
     */
    LatencyBench(
            ServingPlan plan,
            Processors processors,
            ServingLoad load,
            ServingTable table,
            GeneratorShares shares,
            PrintStream progress,
            String setting,
            double rate) {
        this.plan = plan;
        this.processors = processors;
        this.load = load;
        this.table = table;
        this.shares = shares;
        this.progress = progress;
        this.setting = setting;
        this.rate = rate;
    }

    /** With a worker that has another processor than the event loop. */
    void apart(ServiceUnderTest service) throws IOException, InterruptedException {
        List<LoadResult> idle = new ArrayList<>();
        List<LoadResult> swaps = new ArrayList<>();
        List<LoadResult> refits = new ArrayList<>();
        List<Double> swapMillis = new ArrayList<>();
        watched = service.threads();
        warmUp(service);
        if (plan.warmsUp() && plan.has("swaps")) {
            try (Swapping _ = new Swapping(service, new ArrayList<>())) {
                var _ = told("not counted, swaps", open(service, plan.warmUpSeconds()));
            }
        }
        if (plan.warmsUp() && plan.has("refits")) {
            var _ = told("not counted, refit", refit(service));
        }
        for (int i = 1; i <= plan.alternations(); i++) {
            idle.add(told(i, "idle", open(service, plan.seconds())));
            if (plan.has("swaps")) {
                try (Swapping _ = new Swapping(service, swapMillis)) {
                    swaps.add(told(i, "swaps", open(service, plan.seconds())));
                }
            }
            if (plan.has("refits")) {
                refits.add(told(i, "refit", refit(service)));
            }
        }
        String perSecond = String.format(Locale.ROOT, "%,.0f requests/s", rate);
        table.tell("%s: open loop at %s, idle".formatted(setting, perSecond), Latencies.all(idle));
        if (!swaps.isEmpty()) {
            double took = Series.of(swapMillis, Double::doubleValue).median();
            table.compare(
                    String.format(
                            Locale.ROOT,
                            "the same, a swap every second (%d swaps, median %.0f ms); p99 against idle",
                            swapMillis.size(),
                            took),
                    Latencies.all(swaps),
                    Latencies.p99(idle),
                    Series.ratios(swaps, idle, LoadResult::p99),
                    new Goal.AtMost(1.2));
            undisturbed("a swap every second", swaps, idle, new Goal.AtMost(1.2));
        }
        if (!refits.isEmpty()) {
            table.compare(
                    "the same, during a whole refit, worker on "
                            + (processors.worker().equals(processors.load())
                                    ? "the load generator's processor"
                                    : "a processor of its own")
                            + "; p99 against idle",
                    Latencies.all(refits),
                    Latencies.p99(idle),
                    Series.ratios(refits, idle, LoadResult::p99),
                    new Goal.AtMost(1.3));
            undisturbed("during a whole refit", refits, idle, new Goal.AtMost(1.3));
        }
        shares.add(setting + ", the open loop", Series.of(idle, LoadResult::cpuShare));
        late(setting + ", idle", idle);
        late(setting + ", swaps", swaps);
        late(setting + ", refits", refits);
    }

    /** The same without requests that another program of the server's processor held up. */
    private void undisturbed(
            String what, List<LoadResult> results, List<LoadResult> idle, Goal goal) {
        if (!results.stream().allMatch(LoadResult::isWatched)
                || !idle.stream().allMatch(LoadResult::isWatched)) {
            return;
        }
        table.compare(
                "%s, without the %s %% of the requests (idle: %s %%) that other programs on the event loop's processor held up; p99 against idle"
                        .formatted(what, asidePercent(results), asidePercent(idle)),
                Latencies.p99Undisturbed(results),
                Latencies.p99Undisturbed(idle),
                Series.ratios(results, idle, LoadResult::p99Undisturbed),
                goal);
    }

    private static String asidePercent(List<LoadResult> results) {
        return Series.of(results, result -> 100 * result.asideShare()).text("%.1f");
    }

    /** With a worker on the processor of the event loop. */
    void sharing(ServiceUnderTest service) throws IOException, InterruptedException {
        List<LoadResult> idle = new ArrayList<>();
        List<LoadResult> refits = new ArrayList<>();
        // A worker's turns are the service's, and cannot be told from those of others.
        watched = List.of();
        warmUp(service);
        if (plan.warmsUp()) {
            var _ = told("not counted, refit, sharing", refit(service));
        }
        for (int i = 1; i <= plan.alternations(); i++) {
            idle.add(told(i, "idle", open(service, plan.seconds())));
            refits.add(told(i, "refit, sharing", refit(service)));
        }
        table.compare(
                "the same, during a whole refit, worker on the event loop's processor; p99 against idle",
                Latencies.all(refits),
                Latencies.p99(idle),
                Series.ratios(refits, idle, LoadResult::p99),
                new Goal.AtMost(3));
        late(setting + ", refits, worker on the event loop's processor", refits);
    }

    /** From the request for a refit to its end, the gate's decision included. */
    private LoadResult refit(ServiceUnderTest service) throws IOException, InterruptedException {
        CompletableFuture<LoadResult> running =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return load.open("refit", service.port(), MAX_REFIT_SECONDS, rate, watched);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                });
        TimeUnit.MILLISECONDS.sleep(ServingLoad.rampMillis());
        long start = System.nanoTime();
        long id = service.refit();
        Map<String, Double> phases = new LinkedHashMap<>();
        JsonNode refit = service.refit(id);
        while (!ServiceUnderTest.isOver(refit) && !running.isDone()) {
            phases.putIfAbsent(refit.path("phase").asText(), (System.nanoTime() - start) / 1e9);
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            refit = service.refit(id);
        }
        load.stop();
        LoadResult result = running.join();
        progress.printf(
                Locale.ROOT,
                "refit %s, %s; its phases from second %s; p99 of each second in ms %s%n",
                refit.path("state").asText(),
                refit.path("decision").asText(),
                phases,
                result.p99OfSeconds().stream()
                        .map(nanos -> String.format(Locale.ROOT, "%.2f", nanos / 1e6))
                        .toList());
        if (!refit.path("state").asText().equals("SUCCEEDED")) {
            throw new IOException("the refit did not end well: " + refit);
        }
        return result;
    }

    private void warmUp(ServiceUnderTest service) throws IOException {
        if (plan.warmsUp()) {
            open(service, plan.warmUpSeconds());
        }
    }

    private LoadResult open(ServiceUnderTest service, double seconds) throws IOException {
        return load.open("open loop", service.port(), seconds, rate, watched);
    }

    private LoadResult told(int alternation, String what, LoadResult result) {
        return told("%d of %d, %s".formatted(alternation, plan.alternations(), what), result);
    }

    private LoadResult told(String what, LoadResult result) {
        progress.printf(
                Locale.ROOT,
                "%s: p50 %.3f, p99 %.3f, p99.9 %.3f, most %.1f ms; %,d requests;"
                        + " generator %.0f %% busy, late p99 %.3f ms, without a processor for %.0f ms: %.1f %% left out%s%n",
                what,
                result.p50() / 1e6,
                result.p99() / 1e6,
                result.p999() / 1e6,
                result.max() / 1e6,
                result.requests(),
                100 * result.cpuShare(),
                result.lateP99() / 1e6,
                result.stalledSeconds() * 1e3,
                100 * result.leftOutShare(),
                result.isWatched()
                        ? String.format(
                                Locale.ROOT,
                                "; p99 %.3f without the %.1f %% that others held up",
                                result.p99Undisturbed() / 1e6,
                                100 * result.asideShare())
                        : "");
        return result;
    }

    private void late(String what, List<LoadResult> results) {
        if (!results.isEmpty()) {
            shares.late(
                    what,
                    Series.of(results, result -> result.lateP99() / 1e6),
                    Series.of(results, result -> 100 * result.leftOutShare()));
        }
    }
}
