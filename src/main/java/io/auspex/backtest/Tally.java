package io.auspex.backtest;

/**
 * Sums over closed trades.
 *
 * @param gains sum of the profits of trades that won
 * @param losses sum of the losses of those that did not, positive
 * @param fractions sum of {@link PaperTrade#pnlFraction}
 * @param value sum of the values at entry and at exit
 * @param heldMillis sum of the times held
 */
public record Tally(
        long trades,
        long wins,
        long longs,
        double pnl,
        double gains,
        double losses,
        double fees,
        double fractions,
        double value,
        long heldMillis) {

    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    Tally with(PaperTrade trade) {
        return new Tally(
                trades + 1,
                wins + (trade.pnl() > 0 ? 1 : 0),
                longs + (trade.isLong() ? 1 : 0),
                pnl + trade.pnl(),
                gains + Math.max(0, trade.pnl()),
                losses + Math.max(0, -trade.pnl()),
                fees + trade.fees(),
                fractions + trade.pnlFraction(),
                value + trade.units() * (trade.entryPrice() + trade.exitPrice()),
                heldMillis + trade.exitTime().toEpochMilli() - trade.entryTime().toEpochMilli());
    }
}
