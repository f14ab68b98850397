package io.auspex.bench;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** How busy the load generator was: one that is too busy may be what was measured. */
final class GeneratorShares {

    private static final double BUSY = 0.95;

    private final Map<String, Series> shares = new LinkedHashMap<>();
    private final Map<String, Misses> misses = new LinkedHashMap<>();

    /** What it missed by itself. */
    private record Misses(Series lateMillis, Series percentLeftOut) {}

    /**
     * @param share of its processor
     */
    void add(String what, Series share) {
        shares.put(what, share);
    }

    /**
     * @param millis how late it sent, p99
     * @param percent of the requests, left out because it had no processor
     */
    void late(String what, Series millis, Series percent) {
        misses.put(what, new Misses(millis, percent));
    }

    void print(PrintStream out) {
        shares.forEach((what, share) ->
                out.printf(
                        "Load generator, %s: %s of its processor%s%n",
                        what,
                        share.text("%.2f"),
                        share.median() > BUSY ? ": it may be the bottleneck here" : ""));
        misses.forEach((what, missed) ->
                out.printf(
                        "Load generator, %s: p99 of its own lateness %s ms; without a processor, and so left out, %s %% of the requests%n",
                        what,
                        missed.lateMillis().text("%.2f"),
                        missed.percentLeftOut().text("%.1f")));
    }
}
