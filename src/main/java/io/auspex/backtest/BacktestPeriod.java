package io.auspex.backtest;

import io.auspex.market.Timeframe;
import java.time.Instant;

/**
 * Which candles.
 *
 * @param from the first close
 * @param to the last close
 */
record BacktestPeriod(String feed, Timeframe timeframe, Instant from, Instant to) {}
