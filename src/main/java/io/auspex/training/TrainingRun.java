package io.auspex.training;

import io.auspex.dataset.JobSpec;
import io.auspex.dataset.WalkForward.Fold;
import io.auspex.model.Calibration;
import io.auspex.model.ConformalQuantile;
import io.auspex.model.FeatureProfile;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.model.OutOfSample;
import io.auspex.model.TrainerSpec.Mode;
import io.auspex.model.TrainingReport;
import io.auspex.model.TrainingReport.Data;
import io.auspex.model.TrainingReport.Probe;
import io.auspex.model.TrainingReport.Provenance;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

/**
 * From rows to a model with its report, in this process: walks forward through the folds,
 * calibrates on what they said out of sample, fits on all rows, exports and verifies. The same data
 * give the same {@code model.onnx} and {@code model.txt}, byte for byte. One instance runs once;
 * trees grow on the calling thread.
 */
public final class TrainingRun {

    /** Rows on which the export is to be compared with LightGBM. */
    public static final int PARITY_ROWS = 1_000;

    /** What the parsed trees may differ by from LightGBM: the order of a sum, not a path. */
    private static final double ORACLE_TOLERANCE = 1e-9;

    private static final double[] CONFORMAL_LEVELS = {0.8, 0.9};
    private final TrainingData data;
    private final ModelKind kind;
    private final int width;
    private final EarlierTrees base;
    private final JobSpec job;
    private final LightGbmTrainer trainer;
    private final InstantSource clock;
    private final RunProgress progress;

    /** Depends on the rows alone, so that it is made while trees grow. */
    private final FutureTask<FeatureProfile> profile = new FutureTask<>(this::profile);

    private TrainingRun(
            TrainingData data, EarlierTrees base, TrainingProgress listener, InstantSource clock) {
        this.data = data;
        this.kind = data.kind();
        this.width = kind.heads().size();
        this.base = base;
        this.job = data.job();
        this.trainer = new LightGbmTrainer(kind, job.spec().trainer(), job.seed());
        this.clock = clock;
        this.progress = new RunProgress(listener);
    }

    /**
     * Runs.
     *
     * @param clock for the report's {@code created_at}
     * @throws IllegalArgumentException when the rows do not suffice for the validation asked for
     * @throws TrainingException when the trainer is not built in or LightGBM fails
     */
    public static TrainedModel run(
            TrainingData data, TrainingProgress progress, InstantSource clock) {
        return new TrainingRun(data, EarlierTrees.none(), progress, clock).run();
    }

    /**
     * Runs; when the specification asks for it, the last fit goes on from another model. The folds
     * do not: that model may have seen their test rows. Each goes on from the fold before, so that
     * what they say is what going on again and again is worth, and no more.
     *
     * @param base text of that model, as {@link TrainedModel#text} gives it
     */
    public static TrainedModel run(
            TrainingData data, String base, TrainingProgress progress, InstantSource clock) {
        return new TrainingRun(data, EarlierTrees.parse(base), progress, clock).run();
    }

    private TrainedModel run() {
        WalkForwardScores scores = new WalkForwardScores(data);
        int[] all = data.labelled();
        long work = all.length;
        for (Fold fold : scores.folds()) {
            work += data.labelledBefore(fold.trainTo()).length;
        }
        progress.expect(work * job.spec().trainer().trees() * width);

        if (kind == ModelKind.MARKET) {
            Thread.ofPlatform().daemon().name("profile").start(profile);
        }
        EarlierTrees before = EarlierTrees.none();
        try (FoldScoring scoring = new FoldScoring(data.features(), scores)) {
            for (Fold fold : scores.folds()) {
                String name = "fold " + fold.number() + " of " + scores.folds().size();
                progress.enter(Phase.FOLDS, name);
                FittedModel model = fit(data.labelledBefore(fold.trainTo()), before, name);
                before = handedOn(model);
                scoring.score(fold, model);
            }
            progress.enter(Phase.FIT, "all " + all.length + " rows");
            try (FittedModel model = fit(all, base.isNone() ? before : base, "all rows")) {
                scoring.finish();
                return export(model, scores);
            }
        }
    }

    /** What the next fold goes on from. */
    private EarlierTrees handedOn(FittedModel model) {
        if (job.spec().trainer().mode() == Mode.FULL) {
            return EarlierTrees.none();
        }
        try {
            return EarlierTrees.parse(model.text());
        } catch (RuntimeException failure) {
            model.close();
            throw failure;
        }
    }

    private FittedModel fit(int[] training, EarlierTrees before, String name) {
        float[] targets = new float[training.length * width];
        for (int i = 0; i < training.length; i++) {
            System.arraycopy(data.targets(), training[i] * width, targets, i * width, width);
        }
        int trees = job.spec().trainer().trees();
        progress.begin((long) training.length * trees * width);
        return trainer.fit(
                data.features(),
                training,
                job.schema().names(),
                targets,
                before,
                (head, grown) ->
                        progress.done(
                                (long) training.length * (head.column() * trees + grown),
                                name + ", " + head.code() + ", tree " + grown));
    }

    private TrainedModel export(FittedModel model, WalkForwardScores scores) {
        progress.enter(Phase.EXPORT, "ONNX");
        Map<Head, LightGbmModel> models = model.models();
        Map<Head, Calibration> calibrations = scores.calibrations();
        float[] predictions = scores.predictions();
        OutOfSample compared = scores.compare(predictions);
        TrainingReport report =
                new TrainingReport(
                        data.labelled().length,
                        job.schema().size(),
                        Data.of(
                                labelledTimes(),
                                data.horizonMillis(),
                                job.symbols(),
                                job.dataSha256()),
                        new Provenance(
                                job.spec().trainer().kind(),
                                LightGbmLibrary.VERSION,
                                job.seed(),
                                System.getProperty("java.vm.version")
                                        + " "
                                        + System.getProperty("java.vm.vendor"),
                                clock.instant()),
                        scores.reports(compared),
                        compared.metrics(),
                        compared.evidence(data.horizonMillis()),
                        calibrations,
                        conformal(scores.residuals(predictions)),
                        Importance.of(models.values(), job.schema().names()),
                        probe(model, calibrations),
                        Map.of(),
                        0);
        byte[] onnx =
                OnnxExporter.export(
                        kind,
                        models,
                        calibrations,
                        FeatureScales.of(data.features(), models.values()),
                        job.spec().name(),
                        ModelMetadata.of(job, report));

        progress.enter(Phase.VERIFY, PARITY_ROWS + " rows");
        Rows parity =
                ParityRows.generate(data.features(), models.values(), PARITY_ROWS, job.seed());
        double[] expected = verified(model, models, calibrations, parity);
        TrainedModel trained =
                new TrainedModel(
                        kind,
                        measured(report, compared),
                        onnx,
                        model.text(),
                        scores,
                        predictions,
                        parity,
                        expected);
        progress.enter(Phase.DONE, "trained on " + data.labelled().length + " rows");
        return trained;
    }

    /** LightGBM's answers for rows, after a check that the exported trees say the same. */
    private double[] verified(
            FittedModel model,
            Map<Head, LightGbmModel> models,
            Map<Head, Calibration> calibrations,
            Rows rows) {
        double[] raw;
        try (NativeRows copy = NativeRows.all(rows)) {
            raw = model.rawScores(copy);
        }
        float[] row = new float[rows.columns()];
        for (int i = 0; i < rows.count(); i++) {
            rows.row(i, row, 0);
            for (Head head : kind.heads()) {
                double oracle = Objects.requireNonNull(models.get(head)).rawScore(row, 0);
                if (!(Math.abs(oracle - raw[i * width + head.column()]) <= ORACLE_TOLERANCE)) {
                    throw new TrainingException(
                            "the trees read back score "
                                    + oracle
                                    + " where LightGBM scores "
                                    + raw[i * width + head.column()]);
                }
            }
        }
        return calibrated(raw, calibrations);
    }

    private double[] calibrated(double[] raw, Map<Head, Calibration> calibrations) {
        double[] outputs = new double[raw.length];
        for (Head head : kind.heads()) {
            Calibration calibration = Objects.requireNonNull(calibrations.get(head));
            for (int i = head.column(); i < raw.length; i += width) {
                outputs[i] = calibration.output(head, raw[i]);
            }
        }
        return outputs;
    }

    private Probe probe(FittedModel model, Map<Head, Calibration> calibrations) {
        Rows rows = ProbeRows.choose(data.features());
        double[] outputs;
        try (NativeRows copy = NativeRows.all(rows)) {
            outputs = calibrated(model.rawScores(copy), calibrations);
        }
        float[][] features = new float[rows.count()][rows.columns()];
        double[][] answers = new double[rows.count()][];
        for (int i = 0; i < rows.count(); i++) {
            rows.row(i, features[i], 0);
            answers[i] = Arrays.copyOfRange(outputs, i * width, (i + 1) * width);
        }
        return Probe.of(kind, features, answers);
    }

    private static Map<String, Double> conformal(double[] residuals) {
        Map<String, Double> quantiles = new LinkedHashMap<>();
        for (double level : CONFORMAL_LEVELS) {
            ConformalQuantile.of(residuals, level)
                    .ifPresent(quantile -> quantiles.put(String.valueOf(level), quantile));
        }
        return quantiles;
    }

    private long[] labelledTimes() {
        return IntStream.of(data.labelled()).mapToLong(row -> data.times()[row]).toArray();
    }

    /** The report with what only the end of the run knows. */
    private TrainingReport measured(TrainingReport report, OutOfSample compared) {
        return new TrainingReport(
                report.rows(),
                report.features(),
                report.data(),
                report.provenance(),
                report.folds(),
                report.total(),
                report.evidence(),
                report.calibration(),
                report.conformal(),
                report.importance(),
                report.probe(),
                progress.seconds(),
                PeakMemory.bytes(),
                kind == ModelKind.MARKET ? madeProfile() : null,
                job.spec(),
                compared.quality(data.horizonMillis()));
    }

    private FeatureProfile madeProfile() {
        try {
            return profile.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Error error) {
                throw error;
            }
            throw new TrainingException("the profile could not be made", failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TrainingException("interrupted");
        }
    }

    /** Of rows on the grid of time: those of trades have no drift to be told. */
    private FeatureProfile profile() {
        return ProfileRows.profile(
                data.features(),
                data.labelled(),
                data.times(),
                job.spec().market().timeframe().millis(),
                job.schema().names());
    }
}
