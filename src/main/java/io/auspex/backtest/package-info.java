/**
 * Owns what trading by the signals would have brought: over stored candles, and beside the live
 * loop.
 *
 * <p>One flow: {@code POST /api/backtests} becomes a {@link io.auspex.backtest.BacktestPlan}, kept
 * by {@link io.auspex.backtest.BacktestStore}. One thread claims it and hands the closes of its
 * period to a {@link io.auspex.backtest.BacktestEngine}: features, model, guard and decision are
 * the live classes, and a {@link io.auspex.backtest.PaperAccount} trades by what they say. What has
 * been done is written every few seconds, so that a killed service goes on from there. A second
 * pass trades at random as often, and a {@link io.auspex.backtest.BacktestReport} compares.
 *
 * <p>A {@link io.auspex.backtest.Speaker} is what a backtest listens to: one model, or the ensemble
 * with each of its members in the version of the moment.
 *
 * <p>A dry run is the same account, fed by the ledger and the candles of live closes.
 *
 * <p>May import everything below the API; only the API, the bench and nobody else imports it.
 */
@NullMarked
package io.auspex.backtest;

import org.jspecify.annotations.NullMarked;
