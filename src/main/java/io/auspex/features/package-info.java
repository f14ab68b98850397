/**
 * Owns feature declarations, the streaming indicators and the {@link
 * io.auspex.features.FeatureSchema}.
 *
 * <p>One flow: a {@link io.auspex.features.FeatureSet} (families x periods x timeframes x shifts x
 * correlated assets) becomes a schema in a market, an ordered list of names such as {@code
 * momentum_24@5m~1}. The names alone build a {@link io.auspex.features.FeatureEngine}. It is told
 * every {@link io.auspex.market.MarketClose}; each symbol has one series a timeframe, longer ones
 * aggregated on the grid; each series moves its indicators on by one candle. Then the vector of any
 * symbol can be written, or the reason why there is none.
 *
 * <p>The same bits, always: recursive indicators and running sums depend on the candle they were
 * started at, so states are started on the absolute time grid and not when the process happens to
 * start. A value follows from the present block of 512 candles and the one before; see {@link
 * io.auspex.features.Series} and {@code docs/decisions/0002-block-anchored-indicators.md}. With the
 * same code for batch and live, {@code StrictMath} for the transcendental functions and one
 * conversion to float32 at the end, training, serving and a restarted service agree bit for bit, on
 * any machine.
 *
 * <p>No value is ever invented: before warm-up, right after a gap and without a correlated symbol a
 * feature is NaN and the vector is not ready. A quiet market is not missing data: what a flat price
 * or an empty candle gives is written at each {@link io.auspex.features.Family}.
 *
 * <p>Imports {@code market} alone; knows no container, no clock and no thread.
 */
@NullMarked
package io.auspex.features;

import org.jspecify.annotations.NullMarked;
