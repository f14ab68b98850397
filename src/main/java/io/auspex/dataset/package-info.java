/**
 * Owns the way from candles to a job folder: {@link io.auspex.dataset.Targets} label each close,
 * {@link io.auspex.dataset.TrainingSetBuilder} runs the feature engine over the same closes and
 * writes {@link io.auspex.dataset.JobFolder} as NumPy files, {@link io.auspex.dataset.WalkForward}
 * cuts the rows in time. Any language can read the folder and be a trainer.
 *
 * <p>Imports features and model (and market, platform). Plain Java: neither Quarkus nor Jakarta.
 */
@NullMarked
package io.auspex.dataset;

import org.jspecify.annotations.NullMarked;
