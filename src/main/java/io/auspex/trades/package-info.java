/**
 * Owns what traders report of closed trades, and the training sets of the models that learn from
 * them.
 *
 * <p>One flow: {@link io.auspex.trades.TradeIntake} reads each trade of a batch, finds the entry
 * context that was not reported in stored candles, stores what is new in one statement and says for
 * every trade what became of it; {@code TradeOutcomeSource} makes the last of them into the rows of
 * a trade-outcome model, which goes through the same queue, worker and gate as any other. What such
 * a champion says rides on every signal.
 *
 * <p>Arrows: {@code trades -> retraining, feedback, signals, serving, registry, dataset, features,
 * model}.
 */
@NullMarked
package io.auspex.trades;

import org.jspecify.annotations.NullMarked;
