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
 * <p>LightGBM's native library unpacks itself into one fixed file of the temporary folder: whoever
 * starts workers gives each process its own {@code -Djava.io.tmpdir}.
 *
 * <p>Imports dataset and model (and features, market, platform). Plain Java: neither Quarkus nor
 * Jakarta nor ONNX Runtime.
 */
@NullMarked
package io.auspex.training;

import org.jspecify.annotations.NullMarked;
