/**
 * Owns the ensemble: its members and their weights, the signal that they make together, and how
 * weights learn from closed trades.
 *
 * <p>One flow: {@code LiveEnsemble} is asked by the signal pipeline with what single models have
 * said of a close, asks every {@link io.auspex.ensemble.Member} that has a weight, combines those
 * who answered with the {@link io.auspex.ensemble.Weights} in force, and gives one more signal a
 * symbol. Another: a reinforcement session replays a period of stored candles to the same members
 * through the same code, each trading on paper, and {@code LearningRule} moves their weights trade
 * by trade.
 *
 * <p>Arrows: {@code ensemble -> trades, retraining, feedback, signals, serving, registry, ingest,
 * features, model}.
 */
@NullMarked
package io.auspex.ensemble;

import org.jspecify.annotations.NullMarked;
