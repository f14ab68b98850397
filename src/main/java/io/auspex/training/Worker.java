package io.auspex.training;

import com.fasterxml.jackson.core.JacksonException;
import io.auspex.dataset.CandleOrder;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.NpyReader;
import io.auspex.dataset.TrainingSet;
import io.auspex.dataset.TrainingSetBuilder;
import io.auspex.features.FeatureEngine;
import io.auspex.platform.BackgroundThreads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The training process: {@code java io.auspex.training.Worker <job folder>}. Where the folder has
 * candles instead of rows, it makes the rows first.
 *
 * <p>Standard output has one JSON object a line, at least one a second: {@code
 * {"phase":"folds","percent":40,"message":"fold 2 of 5"}}. Standard error is the log. Exit codes: 0
 * the report is written; 1 training failed; 2 the job cannot be trained, and trying again will not
 * help; 3 out of memory; 4 the disk is full; 5 nobody reads the progress: whoever started this is
 * dead, and has no use for a result; 6 there is nothing to train on, and the last line of the log
 * says why.
 *
 * <p>Who starts it sets the heap ({@code -Xmx}; LightGBM needs about as much again outside of it as
 * the features take), {@code --enable-native-access=ALL-UNNAMED}, and a temporary folder of its
 * own, because the native library unpacks itself into one fixed file there.
 */
public final class Worker {

    /** Share of the run, in percent, that making the rows of candles has. */
    public static final int DATASET_PERCENT = 20;

    static final int FAILED = 1;
    static final int REFUSED = 2;
    static final int OUT_OF_MEMORY = 3;
    static final int DISK_FULL = 4;
    static final int UNHEARD = 5;
    static final int NOTHING = 6;

    /** What the system calls ENOSPC and EDQUOT, in Java's messages; there is no type for it. */
    private static final List<String> FULL =
            List.of("No space left on device", "Disk quota exceeded");

    private static final int LOWEST_PRIORITY = 19;

    /** What it has had of a processor while Java started: with less it has to compete for some. */
    private static final double ROOM = 0.1;

    private Worker() {}

    public static void main(String[] arguments) {
        PrintStream progress = System.out;
        // Whatever else prints, a logger for one, must not get between the progress lines.
        System.setOut(System.err);
        giveWay();
        System.exit(run(arguments, progress, System.err, () -> Runtime.getRuntime().halt(UNHEARD)));
    }

    /**
     * The calling thread, on which LightGBM computes, and those that it starts come after whatever
     * answers requests. To say that a worker lives takes next to nothing.
     */
    public static void giveWay() {
        if (!BackgroundThreads.enterIdle(LOWEST_PRIORITY, ROOM)) {
            boolean _ = BackgroundThreads.enter(LOWEST_PRIORITY);
        }
    }

    /**
     * @param onUnheard called when nobody reads {@code out} any more
     */
    static int run(String[] arguments, PrintStream out, PrintStream log, Runnable onUnheard) {
        if (arguments.length != 1) {
            log.println("usage: java io.auspex.training.Worker <job folder>");
            return REFUSED;
        }
        try (ProgressLines progress = new ProgressLines(out, onUnheard)) {
            return work(new JobFolder(Path.of(arguments[0])), progress, log);
        } catch (OutOfMemoryError e) {
            log.println("Out of memory (" + e.getMessage() + "): give the worker a larger heap.");
            return OUT_OF_MEMORY;
        } catch (JacksonException e) {
            log.println("job.json cannot be read: " + e.getOriginalMessage());
            return REFUSED;
        } catch (IOException e) {
            return unreadable(e, log);
        } catch (IllegalArgumentException e) {
            log.println(e.getMessage());
            return REFUSED;
        } catch (TrainingException e) {
            log.println(e.getMessage());
            return FAILED;
        } catch (RuntimeException e) {
            log.println("Training failed.");
            e.printStackTrace(log);
            return FAILED;
        }
    }

    static int unreadable(IOException failure, PrintStream log) {
        String message = String.valueOf(failure.getMessage());
        if (FULL.stream().anyMatch(message::contains)) {
            log.println("The disk is full: " + message);
            return DISK_FULL;
        }
        log.println(
                failure instanceof FileSystemException file
                        ? file.getFile() + ": not found or not readable"
                        : message);
        return REFUSED;
    }

    private static int work(JobFolder folder, ProgressLines progress, PrintStream log)
            throws IOException {
        // The report of an earlier attempt must not vouch for this one.
        Files.deleteIfExists(folder.report());
        Optional<CandleOrder> order = folder.readCandleOrder();
        if (order.isEmpty()) {
            train(folder, progress.upTo(99));
        } else {
            if (makeRows(folder, order.get(), progress) instanceof TrainingSet.Empty empty) {
                log.println("nothing to train on: " + empty.reason());
                return NOTHING;
            }
            TrainingProgress rest = progress.upTo(99);
            train(
                    folder,
                    (phase, percent, message) ->
                            rest.at(
                                    phase,
                                    DATASET_PERCENT + percent * (100 - DATASET_PERCENT) / 100,
                                    message));
        }
        progress.at(Phase.DONE, 100, "report.json is written");
        return 0;
    }

    /** Rows of a candle have the bits that they had live: the engine is the same. */
    private static TrainingSet makeRows(JobFolder folder, CandleOrder order, ProgressLines progress)
            throws IOException {
        progress.at(Phase.DATASET, 0, "rows of " + order.schema().size() + " features");
        return new TrainingSetBuilder(order.spec(), new FeatureEngine(order.schema()))
                .build(
                        folder.openCandles(order),
                        folder,
                        order.seed(),
                        share ->
                                progress.at(
                                        Phase.DATASET,
                                        (int) (share * DATASET_PERCENT),
                                        String.format(
                                                Locale.ROOT,
                                                "%.0f %% of the closes",
                                                100 * share)));
    }

    private static void train(JobFolder folder, TrainingProgress progress) throws IOException {
        progress.at(Phase.LOAD, 0, "reading " + folder.path().getFileName());
        JobSpec job = folder.readJob();
        try (NpyReader features = folder.openFeatures(job)) {
            long rows = features.rows();
            progress.at(Phase.LOAD, 1, rows + " rows of " + features.columns() + " features");
            checkGroups(folder.readGroups(), rows, job.symbols().size());
            TrainingData data =
                    new TrainingData(
                            job,
                            Rows.of(features),
                            folder.readTargets(job.spec().kind(), rows),
                            folder.readTimes());
            TrainedModel model =
                    Files.exists(folder.baseModel())
                            ? TrainingRun.run(
                                    data,
                                    Files.readString(folder.baseModel()),
                                    progress,
                                    InstantSource.system())
                            : TrainingRun.run(data, progress, InstantSource.system());
            model.writeTo(folder);
        }
    }

    private static void checkGroups(int[] groups, long rows, int symbols) throws IOException {
        if (groups.length != rows) {
            throw new IOException(groups.length + " groups for " + rows + " rows");
        }
        for (int group : groups) {
            if (group < 0 || group >= symbols) {
                throw new IOException("group " + group + " is none of " + symbols + " symbols");
            }
        }
    }
}
