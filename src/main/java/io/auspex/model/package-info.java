/**
 * Owns what a model is: its {@link io.auspex.model.ModelSpec}, its heads, its provenance, and the
 * measures that judge it. Plain Java: imports neither Quarkus nor Jakarta.
 *
 * <p>How a model is judged: a trainer predicts rows it had not seen, {@link
 * io.auspex.model.PlattCalibration} and {@link io.auspex.model.ConformalQuantile} turn scores into
 * probabilities and bounds, {@link io.auspex.model.OutOfSample} compares them with {@link
 * io.auspex.model.BaseRates} and gives {@link io.auspex.model.Evidence}, and all of it is kept in a
 * {@link io.auspex.model.TrainingReport}. The gate asks the same {@code OutOfSample} about the
 * champion.
 *
 * <p>Imports features (and market, platform).
 */
@NullMarked
package io.auspex.model;

import org.jspecify.annotations.NullMarked;
