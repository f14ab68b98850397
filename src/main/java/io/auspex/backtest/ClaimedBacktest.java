package io.auspex.backtest;

import java.util.Optional;

/**
 * A run that is ours while we say so.
 *
 * @param attempt counted from 1, this one included
 * @param progress where an earlier owner has left it; empty when nobody got anywhere
 */
record ClaimedBacktest(
        long id, String model, BacktestPlan plan, int attempt, Optional<RunState> progress) {}
