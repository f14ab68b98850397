package io.auspex.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table that a bench prints. A goal that is missed says so. */
final class ServingTable {

    private static final String NONE = "";

    /** What a ratio should be. */
    sealed interface Goal {

        record AtLeast(double ratio) implements Goal {}

        record AtMost(double ratio) implements Goal {}

        /** It is only told. */
        record None() implements Goal {}
    }

    private record Row(
            String what,
            String ours,
            String baseline,
            String ratio,
            String ofProcessorTime,
            String goal,
            String met) {}

    private final List<Row> rows = new ArrayList<>();

    void compare(String what, String ours, String baseline, Series ratio, Goal goal) {
        add(what, ours, baseline, ratio, NONE, goal);
    }

    /**
     * @param ofProcessorTime the same ratio, of requests for a second of processor time: others on
     *     the machine disturb it less
     */
    void compare(
            String what,
            String ours,
            String baseline,
            Series ratio,
            Series ofProcessorTime,
            Goal goal) {
        add(what, ours, baseline, ratio, ofProcessorTime.text("%.2f"), goal);
    }

    private void add(
            String what,
            String ours,
            String baseline,
            Series ratio,
            String ofProcessorTime,
            Goal goal) {
        rows.add(
                new Row(
                        what,
                        ours,
                        baseline,
                        ratio.text("%.2f"),
                        ofProcessorTime,
                        goal(goal),
                        met(goal, ratio.median())));
    }

    /** A row whose own figure is to be met. */
    void goal(String what, String ours, double figure, Goal goal) {
        rows.add(new Row(what, ours, NONE, NONE, NONE, goal(goal), met(goal, figure)));
    }

    /** A row without a comparison. */
    void tell(String what, String ours) {
        rows.add(new Row(what, ours, NONE, NONE, NONE, NONE, NONE));
    }

    void skip(String what, Goal goal, String reason) {
        rows.add(new Row(what, "skipped: " + reason, NONE, NONE, NONE, goal(goal), "not measured"));
    }

    void failures(long failures, long requests) {
        rows.add(
                new Row(
                        "requests failed",
                        failures + " of " + requests,
                        NONE,
                        NONE,
                        NONE,
                        "0",
                        failures == 0 ? "yes" : "**no**"));
    }

    void print(PrintStream out) {
        out.println(
                "| what | Auspex | baseline | ratio, median (least to most) | by processor time | goal | met |");
        out.println("|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            out.printf(
                    "| %s | %s | %s | %s | %s | %s | %s |%n",
                    row.what(),
                    row.ours(),
                    row.baseline(),
                    row.ratio(),
                    row.ofProcessorTime(),
                    row.goal(),
                    row.met());
        }
    }

    private static String goal(Goal goal) {
        return switch (goal) {
            case Goal.AtLeast least -> String.format(Locale.ROOT, "at least %.2f", least.ratio());
            case Goal.AtMost most -> String.format(Locale.ROOT, "at most %.2f", most.ratio());
            case Goal.None _ -> NONE;
        };
    }

    private static String met(Goal goal, double ratio) {
        // A side that answered nothing gives 0, infinity or NaN, which is no measurement.
        if (!(ratio > 0 && ratio < Double.POSITIVE_INFINITY)) {
            return "not measured";
        }
        return switch (goal) {
            case Goal.AtLeast least -> ratio >= least.ratio() ? "yes" : "**no**";
            case Goal.AtMost most -> ratio <= most.ratio() ? "yes" : "**no**";
            case Goal.None _ -> NONE;
        };
    }
}
