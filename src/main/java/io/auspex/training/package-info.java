/**
 * Owns the training run: {@link io.auspex.training.LightGbmTrainer} fits the heads on one thread,
 * {@link io.auspex.training.LightGbmModel} reads the trees back, {@link
 * io.auspex.training.OnnxExporter} writes them as one ONNX graph.
 *
 * <p>One flow: {@link io.auspex.training.Worker} reads a job folder, {@link
 * io.auspex.training.TrainingRun} walks forward through its folds, calibrates each fold on the
 * scores of the earlier ones, fits on all rows, exports and verifies; the worker writes the results
 * beside the job, the report last.
 *
 * <p>LightGBM's native library is unpacked into a folder of the process's own, so that workers need
 * no temporary folder each; see {@link io.auspex.training.LightGbmLibrary}.
 *
 * <p>Imports dataset and model (and features, market, platform). Plain Java: neither Quarkus nor
 * Jakarta nor ONNX Runtime.
 */
@NullMarked
package io.auspex.training;

import org.jspecify.annotations.NullMarked;
