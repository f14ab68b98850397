package io.auspex.retraining;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.dataset.CandleWriter;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.TrainingSetBuilder;
import io.auspex.features.FeatureSchema;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainingReport;
import io.auspex.platform.Folders;
import io.auspex.platform.Json;
import io.auspex.retraining.Candidates.Rival;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Refits as they would have been: the training set from the closes that somebody hands over, the
 * training in a worker process, the gate against a champion of their own. The same parts as a refit
 * of the queue; nothing is written to the registry, and nothing is served. Blocking, and it
 * computes: for a background thread.
 */
@ApplicationScoped
public class PastRefits {

    private static final String FOLDER = "past-refits";

    private final Workers workers;
    private final RetrainingConfig config;
    private final Folders folders;

    @Inject
    PastRefits(Workers workers, RetrainingConfig config, Folders folders) {
        this.workers = workers;
        this.config = config;
        this.folders = folders;
    }

    /**
     * The champion of that time.
     *
     * @param report of its training
     * @param trees the trainer's own text; null when there is none
     */
    public record Champion(
            int version, boolean unproven, JsonNode report, byte[] onnx, byte @Nullable [] trees) {

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return version;
        }
    }

    /**
     * What is to be trained.
     *
     * @param id names the folder; nobody else uses it at the same time
     * @param closes up to the moment of the refit, in increasing time
     * @param champion null when there is none yet
     */
    public record Order(
            String id,
            ModelSpec spec,
            List<Symbol> symbols,
            List<MarketClose> closes,
            long seed,
            @Nullable Champion champion) {}

    /** What came of it. */
    public sealed interface Result {

        /** One sentence. */
        String reason();

        /** The gate has let it pass: it is the champion from now on. */
        record Promoted(String reason, Champion champion) implements Result {}

        /** The gate has not. */
        record Rejected(String reason) implements Result {}

        /** There is no model. */
        record Failed(String reason) implements Result {}
    }

    /**
     * How far back the closes of a refit have to go.
     *
     * @param symbols of the market
     * @param lastCloseMillis after which it is due
     * @return close time, exclusive, milliseconds since the Unix epoch
     */
    public static long closesAfter(ModelSpec spec, List<Symbol> symbols, long lastCloseMillis) {
        return TrainingSetBuilder.closesAfter(
                spec, spec.features().schema(symbols), lastCloseMillis);
    }

    /**
     * Trains and judges.
     *
     * @param progress told phase and percent, by other threads too
     * @param stopped asked while the worker runs; once true the worker is killed
     * @throws InterruptedException when it was stopped
     */
    public Result refit(
            Order order, int version, ObjIntConsumer<String> progress, BooleanSupplier stopped)
            throws IOException, InterruptedException {
        JobFolder folder = new JobFolder(folders.folder(FOLDER).resolve(order.id()));
        JobFolders.delete(folder.path());
        Files.createDirectories(JobFolders.temporary(folder.path()));
        try {
            progress.accept("dataset", 0);
            FeatureSchema schema = order.spec().features().schema(order.symbols());
            try (CandleWriter candles = new CandleWriter(folder)) {
                order.closes().forEach(candles::add);
                if (candles.isEmpty()) {
                    return new Result.Failed("nothing to train on: no candle");
                }
                candles.commit(order.spec(), schema, order.seed());
            }
            return train(order, folder, version, progress, stopped);
        } finally {
            JobFolders.delete(folder.path());
        }
    }

    private Result train(
            Order order,
            JobFolder folder,
            int version,
            ObjIntConsumer<String> progress,
            BooleanSupplier stopped)
            throws IOException, InterruptedException {
        Champion champion = order.champion();
        if (order.spec().trainer().mode() != TrainerSpec.Mode.FULL
                && champion != null
                && champion.trees() != null) {
            folder.write(folder.baseModel(), champion.trees());
        }
        return switch (work(folder, progress, stopped)) {
            case WorkerOutcome.Killed _ -> throw new InterruptedException("stopped");
            case WorkerOutcome.TimedOut late ->
                    new Result.Failed(
                            "the worker had no result after " + late.limit().toSeconds() + " s");
            case WorkerOutcome.Hung hung ->
                    new Result.Failed(
                            "the worker said nothing for " + hung.silence().toSeconds() + " s");
            case WorkerOutcome.TooLarge large ->
                    new Result.Failed(
                            "the worker had %d MB of memory, %d are allowed"
                                    .formatted(
                                            large.residentBytes() >> 20, large.limitBytes() >> 20));
            case WorkerOutcome.Failed failed -> new Result.Failed(failed.reason());
            case WorkerOutcome.Succeeded _ -> judge(order, folder, version, progress);
        };
    }

    private WorkerOutcome work(
            JobFolder folder, ObjIntConsumer<String> progress, BooleanSupplier stopped)
            throws IOException, InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        try (WorkerProcess process =
                WorkerProcess.start(
                        workers.command(folder.path()),
                        folder.path(),
                        heard ->
                                progress.accept(
                                        heard.phase(),
                                        RefitAttempt.percentOf(ModelKind.MARKET, heard)))) {
            Thread watcher =
                    Thread.ofVirtual()
                            .name("past-refit-stop")
                            .start(() -> killWhen(stopped, done, process));
            try {
                return process.await(
                        new WorkerProcess.Limits(
                                config.refit().timeout(),
                                config.refit().worker().silence(),
                                config.refit().worker().memory().asLongValue()));
            } finally {
                done.set(true);
                watcher.interrupt();
            }
        }
    }

    private static void killWhen(
            BooleanSupplier stopped, AtomicBoolean done, WorkerProcess process) {
        try {
            while (!done.get()) {
                if (stopped.getAsBoolean()) {
                    process.kill();
                    return;
                }
                Thread.sleep(200);
            }
        } catch (InterruptedException ended) {
            // The worker has.
        }
    }

    private Result judge(
            Order order, JobFolder folder, int version, ObjIntConsumer<String> progress)
            throws IOException {
        TrainingReport report = folder.readReport().orElse(null);
        if (report == null) {
            return new Result.Failed("the worker ended without a report");
        }
        progress.accept("gate", RefitAttempt.WORKER_DONE);
        GateCase candidate =
                Candidates.examine(
                        order.spec(),
                        new Candidates.Trained(folder, folder.readJob(), report),
                        symbols(order),
                        rival(order.champion()));
        return switch (Gate.decide(candidate, config.promote())) {
            case GateDecision.Reject reject -> new Result.Rejected(reject.reason());
            case GateDecision.Promote promote ->
                    new Result.Promoted(
                            promote.reason(),
                            new Champion(
                                    version,
                                    promote.unproven(),
                                    Json.mapper().valueToTree(report),
                                    Files.readAllBytes(folder.model()),
                                    trees(folder)));
        };
    }

    private static List<Symbol> symbols(Order order) {
        return order.spec().market().symbols().isEmpty()
                ? order.symbols()
                : order.spec().market().symbols();
    }

    private static Rival rival(@Nullable Champion champion) {
        if (champion == null) {
            return new Rival.None();
        }
        return champion.unproven()
                ? new Rival.Unproven(champion.version())
                : new Rival.Proven(
                        champion.version(),
                        champion.report(),
                        ByteBuffer.wrap(Objects.requireNonNull(champion.onnx())));
    }

    private static byte @Nullable [] trees(JobFolder folder) throws IOException {
        try {
            return Files.readAllBytes(folder.nativeModel());
        } catch (NoSuchFileException none) {
            return null;
        }
    }
}
