package io.auspex.backtest;

import io.auspex.model.SharpeRatio;
import io.auspex.model.TradeStatistics;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What an account has done. A figure that what happened does not define is null, never 0 and never
 * infinite. Ratios are of daily returns against 0 and annualised with 365 days, because these
 * markets have no weekend; their sources are those of {@link TradeStatistics}, and of Calmar:
 * Young, Calmar ratio: a smoother tool, Futures (1991), here over the whole period.
 *
 * @param totalReturn of the equity, a fraction
 * @param annualReturn the growth that a year of it would have; null below 30 days, of which no year
 *     can be told
 * @param annualVolatility sample deviation of daily returns times the root of 365
 * @param maxDrawdown largest fall from a peak, measured at every close; a fraction
 * @param calmar annual return over the largest drawdown
 * @param profitFactor sum of gains over sum of losses
 * @param expectancy mean profit of a trade after costs, in the quote currency
 * @param meanReturn the same as a fraction of the value at entry
 * @param exposure mean value of open positions as a fraction of the equity
 * @param timeInMarket share of closes with a position
 * @param turnover value traded over mean equity
 * @param meanHoldingSeconds of closed trades
 * @param missedOrders that found no candle to be filled at
 * @param crowdedSignals that found no place
 * @param heldReturn of buying every symbol at its first candle and holding it, costs included
 * @param heldMaxDrawdown of that
 */
public record Figures(
        double startEquity,
        double endEquity,
        double totalReturn,
        @Nullable Double annualReturn,
        @Nullable Double annualVolatility,
        @Nullable Double sharpe,
        @Nullable Double sortino,
        @Nullable Double calmar,
        double maxDrawdown,
        long days,
        long trades,
        long longs,
        long wins,
        @Nullable Double winRate,
        @Nullable Double profitFactor,
        @Nullable Double expectancy,
        @Nullable Double meanReturn,
        double fees,
        double exposure,
        double timeInMarket,
        double turnover,
        @Nullable Long meanHoldingSeconds,
        long missedOrders,
        long crowdedSignals,
        @Nullable Double heldReturn,
        double heldMaxDrawdown) {

    static final int DAYS_A_YEAR = 365;

    private static final int DAYS_TO_TELL_A_YEAR = 30;

    /**
     * @param days every day, today's last
     */
    static Figures of(AccountState account, double startEquity, List<EquityDay> days) {
        double end = days.isEmpty() ? startEquity : days.getLast().equity();
        double[] returns = returns(startEquity, days);
        double growth = end / startEquity - 1;
        Double annual =
                days.size() >= DAYS_TO_TELL_A_YEAR && end > 0
                        ? Double.valueOf(
                                Math.pow(end / startEquity, (double) DAYS_A_YEAR / days.size()) - 1)
                        : null;
        Tally total = account.total();
        double meanEquity =
                account.closes() == 0 ? startEquity : account.equitySum() / account.closes();
        return new Figures(
                startEquity,
                end,
                growth,
                annual,
                volatility(returns),
                annualised(TradeStatistics.sharpe(returns)),
                annualised(TradeStatistics.sortino(returns)),
                annual == null || account.bottom() == 0
                        ? null
                        : (Double) (annual / account.bottom()),
                account.bottom(),
                days.size(),
                total.trades(),
                total.longs(),
                total.wins(),
                ratio(total.wins(), total.trades()),
                ratio(total.gains(), total.losses()),
                ratio(total.pnl(), total.trades()),
                ratio(total.fractions(), total.trades()),
                total.fees(),
                account.closes() == 0 ? 0 : account.exposureSum() / account.closes(),
                account.closes() == 0 ? 0 : (double) account.closesIn() / account.closes(),
                meanEquity > 0 ? total.value() / meanEquity : 0,
                total.trades() == 0
                        ? null
                        : (Long) Duration.ofMillis(total.heldMillis() / total.trades()).toSeconds(),
                account.missed(),
                account.crowded(),
                days.isEmpty() ? null : (Double) (days.getLast().held() / startEquity - 1),
                account.heldBottom());
    }

    /** The equity's return of each day, the first against the start. */
    static double[] returns(double startEquity, List<EquityDay> days) {
        double[] returns = new double[days.size()];
        double before = startEquity;
        for (int day = 0; day < returns.length; day++) {
            double equity = days.get(day).equity();
            returns[day] = before > 0 ? equity / before - 1 : 0;
            before = equity;
        }
        return returns;
    }

    private static @Nullable Double volatility(double[] returns) {
        if (returns.length < SharpeRatio.MIN_PERIODS) {
            return null;
        }
        double mean = 0;
        for (double value : returns) {
            mean += value / returns.length;
        }
        double squares = 0;
        for (double value : returns) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (returns.length - 1) * DAYS_A_YEAR);
    }

    private static @Nullable Double annualised(OptionalDouble ratio) {
        return ratio.isPresent() ? (Double) (ratio.getAsDouble() * Math.sqrt(DAYS_A_YEAR)) : null;
    }

    private static @Nullable Double ratio(double over, double under) {
        return under == 0 ? null : (Double) (over / under);
    }
}
