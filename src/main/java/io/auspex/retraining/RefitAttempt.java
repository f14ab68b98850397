package io.auspex.retraining;

import io.auspex.dataset.CandleWriter;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.JobSpec;
import io.auspex.dataset.TrainingSet;
import io.auspex.dataset.TrainingSetBuilder;
import io.auspex.features.FeatureSchema;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.CandleHistory;
import io.auspex.market.Symbol;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.model.TrainingReport;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.training.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at one refit: candles to a file, rows and a model of them in a worker process, model
 * through the gate. Blocks its virtual thread. {@link #stop} may be called by any other.
 *
 * <pre>
 * dataset 0..18 %   training 18..90 %   gate 90..99 %
 * </pre>
 */
final class RefitAttempt {

    static final int WORKER_DONE = 90;
    static final int DATASET_DONE = Worker.DATASET_PERCENT * WORKER_DONE / 100;

    /** What an attempt works with. */
    record Tools(
            ModelRegistry registry,
            RefitQueue queue,
            CandleHistory history,
            Candidates candidates,
            Workers workers,
            Iterable<DatasetSource> sources,
            WorkerProcess.Limits limits) {}

    /** Where progress goes: phase, and percent of the whole refit. */
    interface Listener {
        void at(String phase, int percent);
    }

    private final Tools tools;
    private final ClaimedRefit claim;
    private final HistoryLoaded feed;
    private final JobFolder folder;
    private final Listener listener;
    private final AtomicReference<@Nullable WorkerProcess> worker = new AtomicReference<>();
    private volatile boolean stopped;

    RefitAttempt(
            Tools tools,
            ClaimedRefit claim,
            HistoryLoaded feed,
            JobFolder folder,
            Listener listener) {
        this.tools = tools;
        this.claim = claim;
        this.feed = feed;
        this.folder = folder;
        this.listener = listener;
    }

    static String originOf(long refit) {
        return "refit:" + refit;
    }

    /** Ends the attempt at the next opportunity, its worker at once. */
    void stop() {
        stopped = true;
        WorkerProcess running = worker.get();
        if (running != null) {
            running.kill();
        }
    }

    AttemptResult run() throws Exception {
        Optional<AttemptResult> before = earlierDecision();
        if (before.isPresent()) {
            return before.get();
        }
        RegisteredModel model = model();
        if (!model.policy().refitEnabled()) {
            return new AttemptResult.Failed(RefitService.frozen(model.name()), "", false);
        }
        MarketSpec market = model.spec().market();
        if (!market.coversFeed(feed.feed()) || market.timeframe() != feed.timeframe()) {
            return new AttemptResult.Failed(
                    "the running feed %s (%s) is not the model's market %s (%s)"
                            .formatted(
                                    feed.feed(),
                                    feed.timeframe(),
                                    market.feed(),
                                    market.timeframe()),
                    "",
                    false);
        }
        return switch (model.spec().kind()) {
            case MARKET -> ofCandles(model);
            case TRADE_OUTCOME -> ofSource(model);
        };
    }

    /** The worker makes the rows: what computes for seconds does so beside the service. */
    private AttemptResult ofCandles(RegisteredModel model) throws Exception {
        listener.at("dataset", 0);
        OptionalLong last = tools.history().lastClose(feed.feed(), feed.timeframe());
        if (last.isEmpty()) {
            return nothing("no candle of the model's market");
        }
        FeatureSchema schema = model.spec().features().schema(symbols(model.spec()));
        try (CandleWriter candles = new CandleWriter(folder)) {
            tools.history()
                    .forEachClose(
                            feed.feed(),
                            feed.timeframe(),
                            List.of(),
                            TrainingSetBuilder.closesAfter(model.spec(), schema, last.getAsLong()),
                            last.getAsLong(),
                            candles::add);
            if (candles.isEmpty()) {
                return nothing("no candle of the model's market");
            }
            candles.commit(sinceChange(model.spec(), last.getAsLong()), schema, claim.seed());
        }
        return stopped ? halted() : train(model, schema);
    }

    private AttemptResult ofSource(RegisteredModel model) throws Exception {
        listener.at("dataset", 0);
        DatasetSource source = source(model.spec().kind());
        return switch (source.build(model.spec(), folder, claim.seed())) {
            case TrainingSet.Empty empty -> nothing(empty.reason());
            case TrainingSet.Built built -> stopped ? halted() : train(model, built.job().schema());
        };
    }

    private static AttemptResult nothing(String reason) {
        return new AttemptResult.Failed("nothing to train on: " + reason, "", false);
    }

    /**
     * A candidate that could not be served is rejected before its job ends, and the attempt may die
     * between the two.
     */
    private Optional<AttemptResult> earlierDecision() {
        for (ModelVersion version : mine()) {
            Optional<AttemptResult.Decision> decided = decided(version);
            if (decided.isPresent()) {
                return Optional.of(
                        new AttemptResult.Decided(
                                version.version(),
                                decided.get(),
                                String.valueOf(version.reason())));
            }
        }
        return Optional.empty();
    }

    private Optional<AttemptResult.Decision> decided(ModelVersion version) {
        return switch (version.state()) {
            case PROMOTED -> Optional.of(AttemptResult.Decision.PROMOTED);
            case REJECTED -> Optional.of(AttemptResult.Decision.REJECTED);
            case CANDIDATE ->
                    Objects.equals(model().challenger(), version.version())
                            ? Optional.of(AttemptResult.Decision.CHALLENGER)
                            : Optional.empty();
        };
    }

    private List<ModelVersion> mine() {
        String origin = originOf(claim.id());
        return Await.item(() -> tools.registry().versions(claim.refit().model())).stream()
                .filter(version -> version.origin().equals(origin))
                .toList();
    }

    private RegisteredModel model() {
        String name = claim.refit().model();
        return Await.item(() -> tools.registry().model(name))
                .orElseThrow(() -> new IllegalStateException("model " + name + " is gone"));
    }

    /** Earlier closes are still there to warm features up. */
    private ModelSpec sinceChange(ModelSpec spec, long lastCloseMillis) {
        Instant from = claim.refit().dataFrom();
        return from == null ? spec : ChangedMarket.window(spec, from, lastCloseMillis);
    }

    private DatasetSource source(ModelKind kind) {
        for (DatasetSource source : tools.sources()) {
            if (source.kind() == kind) {
                return source;
            }
        }
        throw new IllegalStateException("nobody makes training sets of kind " + kind.code());
    }

    private List<Symbol> symbols(ModelSpec spec) {
        return spec.market().symbols().isEmpty() ? feed.symbols() : spec.market().symbols();
    }

    private AttemptResult train(RegisteredModel model, FeatureSchema schema) throws Exception {
        provideBase(model, schema);
        return switch (work(model.spec().kind())) {
            case WorkerOutcome.Killed _ -> halted();
            case WorkerOutcome.TimedOut late ->
                    new AttemptResult.Failed(
                            "the worker had no result after " + late.limit().toSeconds() + " s",
                            late.lastOutput(),
                            true);
            case WorkerOutcome.Hung hung ->
                    new AttemptResult.Failed(
                            "the worker hung: it said nothing for "
                                    + hung.silence().toSeconds()
                                    + " s",
                            hung.lastOutput(),
                            true);
            case WorkerOutcome.TooLarge large ->
                    new AttemptResult.Failed(
                            "the worker had %d MB of memory, %d are allowed (refit.worker.memory)"
                                    .formatted(
                                            large.residentBytes() >> 20, large.limitBytes() >> 20),
                            large.lastOutput(),
                            false);
            case WorkerOutcome.Failed failed ->
                    new AttemptResult.Failed(
                            failed.reason(), failed.lastOutput(), failed.worthRetrying());
            case WorkerOutcome.Succeeded _ -> judge();
        };
    }

    /** A refit that goes on from the champion needs its text, if there is one that fits. */
    private void provideBase(RegisteredModel model, FeatureSchema schema) throws IOException {
        Integer champion = model.champion();
        if (model.spec().trainer().mode() == TrainerSpec.Mode.FULL || champion == null) {
            return;
        }
        String name = model.name();
        boolean fits =
                Await.item(() -> tools.registry().version(name, champion))
                        .filter(version -> version.schema().equals(schema))
                        .isPresent();
        Optional<byte[]> text =
                fits ? Await.item(() -> tools.registry().trees(name, champion)) : Optional.empty();
        if (text.isPresent()) {
            folder.write(folder.baseModel(), text.get());
        }
    }

    private WorkerOutcome work(ModelKind kind) throws IOException, InterruptedException {
        try (WorkerProcess process =
                WorkerProcess.start(
                        tools.workers().command(folder.path()),
                        folder.path(),
                        heard -> listener.at(phaseOf(heard), percentOf(kind, heard)))) {
            worker.set(process);
            if (stopped) {
                process.kill();
            }
            return process.await(tools.limits());
        } finally {
            worker.set(null);
        }
    }

    private static String phaseOf(WorkerProgress progress) {
        // The worker's "done" is not ours.
        return progress.phase().equals("done") ? "verify" : progress.phase();
    }

    /** The worker's share of a whole refit; it is the smaller one where it makes no rows. */
    static int percentOf(ModelKind kind, WorkerProgress progress) {
        int from = kind == ModelKind.MARKET ? 0 : DATASET_DONE;
        return from + progress.percent() * (WORKER_DONE - from) / 100;
    }

    private AttemptResult judge() throws Exception {
        Optional<TrainingReport> report = folder.readReport();
        if (report.isEmpty()) {
            return new AttemptResult.Failed("the worker ended without a report", "", true);
        }
        listener.at("gate", WORKER_DONE);
        JobSpec job = folder.readJob();
        byte[] onnx = Files.readAllBytes(folder.model());
        ModelVersion version = keep(job, report.get(), onnx);
        keepTrees(version);
        Candidates.Trained trained = new Candidates.Trained(folder, job, report.get());
        // Read anew: it may have got another champion while the worker was busy.
        RegisteredModel model = model();
        GateDecision decision = tools.candidates().judge(model, trained, symbols(job.spec()));
        if (stopped) {
            return halted();
        }
        listener.at("swap", WORKER_DONE + 5);
        try {
            return tools.candidates()
                    .carryOut(
                            version,
                            model.policy().refitEnabled()
                                    ? decision
                                    : new GateDecision.Reject(RefitService.frozen(model.name())),
                            decided -> tools.queue().conclude(claim, decided));
        } catch (Failure failure) {
            if (!failure.slug().equals(RefitQueue.LOST)) {
                throw failure;
            }
            return halted();
        }
    }

    /** Trainers in other languages may write none. */
    private void keepTrees(ModelVersion version) throws IOException {
        if (Files.exists(folder.nativeModel())) {
            byte[] text = Files.readAllBytes(folder.nativeModel());
            Await.item(() -> tools.registry().keepTrees(version.model(), version.version(), text));
        }
    }

    /** The same bytes of an attempt that died before the gate spoke are the same version. */
    private ModelVersion keep(JobSpec job, TrainingReport report, byte[] onnx) {
        String sha256 = Sha256.hex(onnx);
        for (ModelVersion earlier : mine()) {
            if (earlier.sha256().equals(sha256)) {
                return earlier;
            }
            Await.item(() ->
                    tools.registry()
                            .reject(
                                    earlier.model(),
                                    earlier.version(),
                                    "its refit was interrupted and made another version"));
        }
        String model = claim.refit().model();
        TrainingReport told =
                Trials.deflated(report, Await.item(() -> tools.registry().versions(model)));
        return Await.item(() ->
                tools.registry()
                        .add(
                                model,
                                originOf(claim.id()),
                                job.schema(),
                                onnx,
                                Json.mapper().valueToTree(told)));
    }

    private static AttemptResult halted() {
        return new AttemptResult.Stopped();
    }
}
