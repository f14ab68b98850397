package io.auspex.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.platform.Json;
import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Progress as JSON lines: at most four a second, and the last one again every second while LightGBM
 * works without a word, so that the reader knows the process is alive. Thread-safe.
 */
final class ProgressLines implements TrainingProgress, AutoCloseable {

    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SECOND_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

    private record Line(Phase phase, int percent, String message) {}

    private final PrintStream out;
    private final Runnable onUnheard;
    private final ScheduledExecutorService repeater =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().daemon().name("progress").unstarted(task));
    private @Nullable Line last;
    private long printedAt;

    /**
     * @param onUnheard called when nobody reads the lines any more
     */
    ProgressLines(PrintStream out, Runnable onUnheard) {
        this.out = out;
        this.onUnheard = onUnheard;
        var _ = repeater.scheduleAtFixedRate(this::repeat, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public synchronized void at(Phase phase, int percent, String message) {
        boolean sameStep = last != null && last.phase() == phase && percent < 100;
        last = new Line(phase, percent, message);
        if (!sameStep || System.nanoTime() - printedAt >= LEAST_NANOS) {
            print(last);
        }
    }

    /** The same lines, with percents cut off: the end is told by whoever knows of it. */
    TrainingProgress upTo(int percent) {
        return (phase, actual, message) -> {
            if (phase != Phase.DONE) {
                at(phase, Math.min(actual, percent), message);
            }
        };
    }

    private synchronized void repeat() {
        if (last != null && System.nanoTime() - printedAt >= SECOND_NANOS) {
            print(last);
        }
    }

    private void print(Line line) {
        try {
            out.println(Json.mapper().writeValueAsString(line));
            // It flushes.
            if (out.checkError()) {
                onUnheard.run();
            }
            printedAt = System.nanoTime();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written as JSON", e);
        }
    }

    @Override
    public void close() {
        repeater.shutdownNow();
    }
}
