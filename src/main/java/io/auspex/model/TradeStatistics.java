package io.auspex.model;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What closed trades were worth, in the order in which they were closed. A figure that the trades
 * do not define is null, never 0 and never infinite. Nothing is annualised: one period is one trade
 * (or one row of whatever returns the static measures are given).
 *
 * <p>Sources: Sharpe, The Sharpe ratio, Journal of Portfolio Management 21 (1994), with a benchmark
 * of 0 and the sample deviation; Sortino and Price, Performance measurement in a downside risk
 * framework, Journal of Investing 3 (1994), with a target of 0 and the downside deviation over all
 * periods, those above the target included; the expectancy ratio is the mean multiple of the
 * average loss (Tharp, Trade your way to financial freedom, 1998).
 *
 * @param trades how many
 * @param wins those with a pnl above 0
 * @param winRate wins over trades, in [0, 1]; null without trades
 * @param totalPnl in the unit of the pnl given
 * @param averagePnl a trade; null without trades
 * @param sharpe mean over sample deviation of the fractions; null with fewer than two trades, or
 *     when all are the same
 * @param sortino mean over downside deviation of the fractions; null when none is below 0
 * @param maxDrawdown the greatest fall of the running total of pnl below an earlier height of it,
 *     its beginning at 0 included; 0 or more, in the unit of the pnl
 * @param profitFactor sum of the profits over sum of the losses; null without a loss
 * @param expectancy win rate times average profit less loss rate times average loss: what a trade
 *     brings on average; null without trades
 * @param expectancyRatio expectancy over the average loss; null without a loss
 */
public record TradeStatistics(
        long trades,
        long wins,
        @Nullable Double winRate,
        double totalPnl,
        @Nullable Double averagePnl,
        @Nullable Double sharpe,
        @Nullable Double sortino,
        double maxDrawdown,
        @Nullable Double profitFactor,
        @Nullable Double expectancy,
        @Nullable Double expectancyRatio) {

    /** The same value for every trade leaves a deviation of rounding, not of zero. */
    private static final double SAME = 1e-12;

    /** Trades of one unit each: the pnl is the fraction. */
    public static TradeStatistics of(double[] fractions) {
        return of(fractions, fractions);
    }

    /**
     * Measures trades.
     *
     * @param pnls profit or loss of each trade after fees, in any one currency
     * @param fractions the same as a fraction of what each trade staked
     * @throws IllegalArgumentException when the two differ in length or hold a value that is not
     *     finite
     */
    public static TradeStatistics of(double[] pnls, double[] fractions) {
        if (pnls.length != fractions.length) {
            throw new IllegalArgumentException(
                    "%d pnls and %d fractions".formatted(pnls.length, fractions.length));
        }
        requireFinite(fractions);
        int n = requireFinite(pnls).length;
        long wins = 0;
        long losses = 0;
        double profit = 0;
        double loss = 0;
        for (double pnl : pnls) {
            if (pnl > 0) {
                wins++;
                profit += pnl;
            } else if (pnl < 0) {
                losses++;
                loss -= pnl;
            }
        }
        if (n == 0) {
            return new TradeStatistics(0, 0, null, 0, null, null, null, 0, null, null, null);
        }
        double expectancy =
                (wins == 0 ? 0 : (double) wins / n * (profit / wins))
                        - (losses == 0 ? 0 : (double) losses / n * (loss / losses));
        return new TradeStatistics(
                n,
                wins,
                (double) wins / n,
                profit - loss,
                (profit - loss) / n,
                orNull(sharpe(fractions)),
                orNull(sortino(fractions)),
                fall(pnls),
                losses == 0 ? null : profit / loss,
                expectancy,
                losses == 0 ? null : expectancy / (loss / losses));
    }

    /**
     * Mean over sample deviation, per period; empty with fewer than two returns or when they are
     * all the same.
     */
    public static OptionalDouble sharpe(double[] returns) {
        int n = requireFinite(returns).length;
        if (n < 2) {
            return OptionalDouble.empty();
        }
        double mean = mean(returns);
        double squares = 0;
        for (double value : returns) {
            squares += (value - mean) * (value - mean);
        }
        double deviation = Math.sqrt(squares / (n - 1));
        return deviation > SAME * Math.abs(mean) && deviation > 0
                ? OptionalDouble.of(mean / deviation)
                : OptionalDouble.empty();
    }

    /** Mean over downside deviation, per period; empty when no return is below 0. */
    public static OptionalDouble sortino(double[] returns) {
        int n = requireFinite(returns).length;
        double squares = 0;
        for (double value : returns) {
            squares += value < 0 ? value * value : 0;
        }
        double downside = Math.sqrt(squares / Math.max(1, n));
        return downside > 0 ? OptionalDouble.of(mean(returns) / downside) : OptionalDouble.empty();
    }

    /**
     * The greatest fall of an equity curve below an earlier peak, as a fraction of that peak, 0 or
     * more.
     *
     * @param equity above 0 up to its first peak, in increasing time
     */
    public static double drawdown(double[] equity) {
        double peak = 0;
        double worst = 0;
        for (double value : requireFinite(equity)) {
            peak = Math.max(peak, value);
            if (!(peak > 0)) {
                throw new IllegalArgumentException("equity begins above 0: " + value);
            }
            worst = Math.max(worst, (peak - value) / peak);
        }
        return worst;
    }

    private static double fall(double[] pnls) {
        double total = 0;
        double peak = 0;
        double worst = 0;
        for (double pnl : pnls) {
            total += pnl;
            peak = Math.max(peak, total);
            worst = Math.max(worst, peak - total);
        }
        return worst;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static double[] requireFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("a trade's result is finite: " + value);
            }
        }
        return values;
    }
}
