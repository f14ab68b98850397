package io.auspex.training;

import io.auspex.dataset.JobFolder;
import io.auspex.dataset.NpyWriter;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainingReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Everything that a training run made: the trainer's half of a job folder. */
public final class TrainedModel {

    private final ModelKind kind;
    private final TrainingReport report;
    private final byte[] onnx;
    private final String text;
    private final long[] outOfSampleRows;
    private final float[] outOfSamplePredictions;
    private final Rows parityFeatures;
    private final double[] parityExpected;

    TrainedModel(
            ModelKind kind,
            TrainingReport report,
            byte[] onnx,
            String text,
            WalkForwardScores scores,
            float[] predictions,
            Rows parityFeatures,
            double[] parityExpected) {
        this.kind = kind;
        this.report = report;
        this.onnx = onnx;
        this.text = text;
        this.outOfSampleRows = scores.rows();
        this.outOfSamplePredictions = predictions;
        this.parityFeatures = parityFeatures;
        this.parityExpected = parityExpected;
    }

    public TrainingReport report() {
        return report;
    }

    /** The bytes of {@code model.onnx}. */
    public byte[] onnx() {
        return onnx.clone();
    }

    /** LightGBM's own text of all heads. */
    public String text() {
        return text;
    }

    /** {@code [m]} rows tested, ascending. */
    public long[] outOfSampleRows() {
        return outOfSampleRows.clone();
    }

    /** {@code [m, 4]} calibrated predictions for them. */
    public float[] outOfSamplePredictions() {
        return outOfSamplePredictions.clone();
    }

    /** {@code [p, F]} rows on which another runtime is to be compared. */
    public Rows parityFeatures() {
        return parityFeatures;
    }

    /** {@code [p, 4]} what LightGBM's own predictor says there, calibrated. */
    public double[] parityExpected() {
        return parityExpected.clone();
    }

    /** Writes every file, the report last: its presence means success. */
    public void writeTo(JobFolder folder) throws IOException {
        int heads = kind.heads().size();
        folder.write(folder.nativeModel(), text.getBytes(StandardCharsets.UTF_8));
        folder.write(folder.model(), onnx);
        NpyWriter.write(folder.outOfSampleRows(), outOfSampleRows);
        NpyWriter.write(folder.outOfSamplePredictions(), outOfSamplePredictions, heads);
        float[] features = new float[parityFeatures.count() * parityFeatures.columns()];
        for (int i = 0; i < parityFeatures.count(); i++) {
            parityFeatures.row(i, features, i * parityFeatures.columns());
        }
        NpyWriter.write(folder.parityFeatures(), features, parityFeatures.columns());
        NpyWriter.write(folder.parityExpected(), parityExpected, heads);
        folder.writeReport(report);
    }
}
