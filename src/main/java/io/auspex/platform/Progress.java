package io.auspex.platform;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a long piece of work has come: a bar on a terminal, otherwise a plain line every
 * two seconds at most. Not thread-safe; steps may come as often as they like.
 *
 * <p>A bar stays on the cursor's line. Whoever prints a line to the same terminal wipes that line
 * first; the bar comes back below within its next update.
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

    /** To the first column, then erase to the end of the line (ECMA-48 EL). */
    private static final String WIPE = "\r\u001B[K";

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
    @SuppressWarnings("SystemConsoleNull") // Its specification still allows null.
    public static boolean isTerminal() {
        Console console = System.console();
        String term = System.getenv().getOrDefault("TERM", "dumb");
        return console != null && console.isTerminal() && !term.equals("dumb");
    }

    /**
     * What a log line to standard error has to begin with, so that it does not run into a bar:
     * nothing, unless both go to one terminal.
     */
    public static String beforeLogLine() {
        return isTerminal() && errorsGoWhereOutputGoes() ? WIPE : "";
    }

    /** The same for lines on standard output. */
    public static String beforeLine() {
        return isTerminal() ? WIPE : "";
    }

    private static boolean errorsGoWhereOutputGoes() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/2"))
                    .equals(Files.readSymbolicLink(Path.of("/proc/self/fd/1")));
        } catch (IOException noSuchThingHere) {
            return true;
        }
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
                // The default one keeps the cursor a line below, where log lines push it away.
                .setConsumer(new ConsoleProgressBarConsumer(System.out))
                .build();
    }
}
