package io.auspex.bench;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** What was done, what it cost, and what was found wrong. */
final class KillsTable {

    private final Map<Kill, List<Double>> seconds = new EnumMap<>(Kill.class);
    private final Map<Kill, Map<String, Integer>> phases = new EnumMap<>(Kill.class);
    private final List<String> complaints = new ArrayList<>();
    private final AtomicLong unanswered = new AtomicLong();
    private int requested;

    /**
     * @param phase of the refit that was under way
     * @param seconds until the champion answered again
     */
    void survived(Kill kill, String phase, double seconds) {
        this.seconds.computeIfAbsent(kill, _ -> new ArrayList<>()).add(seconds);
        phases.computeIfAbsent(kill, _ -> new TreeMap<>()).merge(phase, 1, Integer::sum);
    }

    void complain(String when, String what) {
        complaints.add(when + ": " + what);
    }

    /** Any thread. */
    void unanswered() {
        unanswered.incrementAndGet();
    }

    void requested(int refits) {
        requested = refits;
    }

    boolean isClean() {
        return complaints.isEmpty();
    }

    void print(Connection database, PrintStream out, String machine, int kills, int seed)
            throws SQLException {
        out.printf("%s%n%n%d kills, seed %d.%n%n", machine, kills, seed);
        out.println(
                "| kill | times | a refit was in phase | champion answers after, median and most, s |");
        out.println("|---|---:|---|---:|");
        seconds.forEach((kill, all) ->
                out.printf(
                        Locale.ROOT,
                        "| %s | %d | %s | %.1f and %.1f |%n",
                        kill.title(),
                        all.size(),
                        told(phases.getOrDefault(kill, Map.of())),
                        all.stream().sorted().skip(all.size() / 2).findFirst().orElse(0.0),
                        all.stream().mapToDouble(Double::doubleValue).max().orElse(0)));
        out.println();
        out.println("| at the end | |");
        out.println("|---|---:|");
        row(out, "refits accepted by the service", requested);
        row(out, "requests that nobody answered", unanswered.get());
        count(database, out, "refits in the queue's table", "true");
        count(database, out, "succeeded", "state = 'SUCCEEDED'");
        count(database, out, "failed after their last attempt", "state = 'FAILED'");
        count(database, out, "cancelled", "state = 'CANCELLED'");
        count(database, out, "not ended", "finished_at is null");
        row(out, "attempts", KillsAudit.number(database, "select sum(attempt) from refit_job"));
        row(out, "versions", KillsAudit.number(database, "select count(*) from model_version"));
        row(
                out,
                "promotions",
                KillsAudit.number(
                        database, "select count(*) from promotion where kind = 'PROMOTION'"));
        row(out, "signals", KillsAudit.number(database, "select seq from ledger_head"));
        row(out, "rules broken", complaints.size());
        complaints.forEach(complaint -> out.println("\n" + complaint));
    }

    private static void count(Connection database, PrintStream out, String what, String which)
            throws SQLException {
        row(
                out,
                what,
                KillsAudit.number(database, "select count(*) from refit_job where " + which));
    }

    private static void row(PrintStream out, String what, long count) {
        out.printf(Locale.ROOT, "| %s | %,d |%n", what, count);
    }

    private static String told(Map<String, Integer> phases) {
        List<String> parts = new ArrayList<>();
        phases.forEach((phase, times) -> parts.add(phase + " " + times));
        return String.join(", ", parts);
    }
}
