package io.auspex.retraining;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.TrainingSet;
import io.auspex.dataset.TrainingSetBuilder;
import io.auspex.features.FeatureEngine;
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
 * One attempt at one refit: candles to rows, rows to a model in a worker process, model through the
 * gate. Blocks its virtual thread. {@link #stop} may be called by any other.
 *
 * <pre>
 * dataset 0..20 %   worker 20..90 %   gate 90..99 %
 * </pre>
 */
final class RefitAttempt {

    static final int DATASET_DONE = 20;
    static final int WORKER_DONE = 90;

    /** What an attempt works with. */
    record Tools(
            ModelRegistry registry,
            RefitQueue queue,
            CandleHistory history,
            Candidates candidates,
            CpuPool cpu,
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
        PackedCloses closes =
                model.spec().kind() == ModelKind.MARKET ? closes(model.spec()) : noCloses();
        TrainingSet set = build(sinceChange(model.spec(), closes), closes);
        return switch (set) {
            case TrainingSet.Empty empty ->
                    new AttemptResult.Failed("nothing to train on: " + empty.reason(), "", false);
            case TrainingSet.Built built -> stopped ? halted() : train(model, built, closes);
        };
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

    private PackedCloses noCloses() {
        return PackedCloses.none(feed.feed(), feed.timeframe());
    }

    private PackedCloses closes(ModelSpec spec) {
        listener.at("dataset", 0);
        OptionalLong last = tools.history().lastClose(feed.feed(), feed.timeframe());
        if (last.isEmpty()) {
            return noCloses();
        }
        long window = Math.multiplyExact(spec.windowCandles(), feed.timeframe().millis());
        return PackedCloses.read(
                tools.history(),
                feed.feed(),
                feed.timeframe(),
                last.getAsLong() - window,
                last.getAsLong());
    }

    /** Earlier closes are still there to warm features up. */
    private ModelSpec sinceChange(ModelSpec spec, PackedCloses closes) {
        Instant from = claim.refit().dataFrom();
        return from == null || closes.isEmpty()
                ? spec
                : ChangedMarket.window(spec, from, closes.lastCloseMillis());
    }

    private TrainingSet build(ModelSpec spec, PackedCloses closes) throws Exception {
        return switch (spec.kind()) {
            case MARKET -> tools.cpu().call(() -> ofCandles(spec, closes));
            case TRADE_OUTCOME -> {
                listener.at("dataset", 0);
                yield source(spec.kind()).build(spec, folder, claim.seed());
            }
        };
    }

    private DatasetSource source(ModelKind kind) {
        for (DatasetSource source : tools.sources()) {
            if (source.kind() == kind) {
                return source;
            }
        }
        throw new IllegalStateException("nobody makes training sets of kind " + kind.code());
    }

    private TrainingSet ofCandles(ModelSpec spec, PackedCloses closes) throws IOException {
        FeatureEngine engine = new FeatureEngine(spec.features().schema(symbols(spec)));
        return new TrainingSetBuilder(spec, engine)
                .build(
                        closes,
                        folder,
                        claim.seed(),
                        share -> listener.at("dataset", (int) (share * DATASET_DONE)));
    }

    private List<Symbol> symbols(ModelSpec spec) {
        return spec.market().symbols().isEmpty() ? feed.symbols() : spec.market().symbols();
    }

    private AttemptResult train(RegisteredModel model, TrainingSet.Built built, PackedCloses closes)
            throws Exception {
        provideBase(model, built);
        return switch (work()) {
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
            case WorkerOutcome.Succeeded _ -> judge(built, closes);
        };
    }

    /** A refit that goes on from the champion needs its text, if there is one that fits. */
    private void provideBase(RegisteredModel model, TrainingSet.Built built) throws IOException {
        Integer champion = model.champion();
        if (model.spec().trainer().mode() == TrainerSpec.Mode.FULL || champion == null) {
            return;
        }
        String name = model.name();
        boolean fits =
                Await.item(() -> tools.registry().version(name, champion))
                        .filter(version -> version.schema().equals(built.job().schema()))
                        .isPresent();
        Optional<byte[]> text =
                fits ? Await.item(() -> tools.registry().trees(name, champion)) : Optional.empty();
        if (text.isPresent()) {
            folder.write(folder.baseModel(), text.get());
        }
    }

    private WorkerOutcome work() throws IOException, InterruptedException {
        try (WorkerProcess process =
                WorkerProcess.start(
                        tools.workers().command(folder.path()), folder.path(), this::heard)) {
            worker.set(process);
            if (stopped) {
                process.kill();
            }
            return process.await(tools.limits());
        } finally {
            worker.set(null);
        }
    }

    private void heard(WorkerProgress progress) {
        // The worker's "done" is not ours.
        String phase = progress.phase().equals("done") ? "verify" : progress.phase();
        listener.at(phase, DATASET_DONE + progress.percent() * (WORKER_DONE - DATASET_DONE) / 100);
    }

    private AttemptResult judge(TrainingSet.Built built, PackedCloses closes) throws Exception {
        Optional<TrainingReport> report = folder.readReport();
        if (report.isEmpty()) {
            return new AttemptResult.Failed("the worker ended without a report", "", true);
        }
        listener.at("gate", WORKER_DONE);
        byte[] onnx = Files.readAllBytes(folder.model());
        ModelVersion version = keep(built, report.get(), onnx);
        keepTrees(version);
        Candidates.Trained trained =
                new Candidates.Trained(folder, built.job(), report.get(), closes);
        // Read anew: it may have got another champion while the worker was busy.
        RegisteredModel model = model();
        GateDecision decision =
                tools.candidates().judge(model, trained, symbols(built.job().spec()));
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
    private ModelVersion keep(TrainingSet.Built built, TrainingReport report, byte[] onnx) {
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
                                built.job().schema(),
                                onnx,
                                Json.mapper().valueToTree(told)));
    }

    private static AttemptResult halted() {
        return new AttemptResult.Stopped();
    }
}
