package io.auspex.platform;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a long piece of work has come: a bar on a terminal, otherwise a plain line every
 * two seconds at most. Not thread-safe; steps may come as often as they like.
 *
 * {@snippet :
 * try (Progress progress = Progress.open("Loading candles", total)) {
 *     progress.step(done, "ETHBTC");
 * }
 * }
 */
public final class Progress implements AutoCloseable {

    private static final Duration LINE_INTERVAL = Duration.ofSeconds(2);
    private static final long FRACTION_UNITS = 1000;

    private final String task;
    private final long total;
    private final PrintStream lines;
    private final LongSupplier nanoClock;
    private final @Nullable ProgressBar bar;
    private final long startNanos;
    private long lastLineNanos;
    private long shown = -1;
    private long done;
    private String message = "";

    Progress(String task, long total, boolean terminal, PrintStream lines, LongSupplier nanoClock) {
        if (total < 1) {
            throw new IllegalArgumentException("there must be something to do: " + total);
        }
        this.task = task;
        this.total = total;
        this.lines = lines;
        this.nanoClock = nanoClock;
        this.bar = terminal ? bar(task, total) : null;
        this.startNanos = nanoClock.getAsLong();
        this.lastLineNanos = startNanos;
    }

    /** Work of which the amount is known, in any unit. */
    public static Progress open(String task, long total) {
        return new Progress(task, total, isTerminal(), System.out, System::nanoTime);
    }

    /** Work that reports the share done, by {@link #step(double, String)}. */
    public static Progress open(String task) {
        return open(task, FRACTION_UNITS);
    }

    /** Whether somebody watches: a terminal that can move its cursor. */
    public static boolean isTerminal() {
        Console console = System.console();
        String term = System.getenv().getOrDefault("TERM", "dumb");
        return console.isTerminal() && !term.equals("dumb");
    }

    /**
     * Shows the amount done.
     *
     * @param absolute units done so far
     * @param what a few words about the current one; may be empty
     */
    public void step(long absolute, String what) {
        done = Math.clamp(absolute, 0, total);
        message = what;
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(what);
            return;
        }
        if (nanoClock.getAsLong() - lastLineNanos >= LINE_INTERVAL.toNanos()) {
            printLine();
        }
    }

    /**
     * Shows the share done.
     *
     * @param fraction share done, 0 to 1
     * @param what a few words about the current part; may be empty
     */
    public void step(double fraction, String what) {
        step(Math.round(fraction * total), what);
    }

    /** Shows the last state. It need not be the end: work can be given up. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        } else if (done != shown) {
            printLine();
        }
    }

    private void printLine() {
        lastLineNanos = nanoClock.getAsLong();
        shown = done;
        lines.printf(
                Locale.ROOT,
                "%s: %d %%%s, %.0f s%n",
                task,
                Math.floorDiv(100 * done, total),
                message.isEmpty() ? "" : " (" + message + ")",
                (lastLineNanos - startNanos) / 1e9);
    }

    private static ProgressBar bar(String task, long total) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(200)
                .hideEta()
                .build();
    }
}
