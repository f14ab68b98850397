package io.auspex.backtest;

import java.time.LocalDate;

/**
 * The account at the last close of a day, UTC.
 *
 * @param held what the start equity would be worth, had it been spread over all symbols and left
 *     alone, costs included
 * @param exposure value of the open positions as a fraction of the equity
 * @param drawdown how far the equity is below its peak, a fraction; the peak is that of all closes
 */
public record EquityDay(
        LocalDate day, double equity, double held, double exposure, double drawdown) {}
