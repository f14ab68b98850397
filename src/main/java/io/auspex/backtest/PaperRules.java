package io.auspex.backtest;

/**
 * How signals become trades: the one declaration that backtests, dry runs and random entries share.
 *
 * <ul>
 *   <li><b>Entry.</b> BUY opens a long position, SELL a short one, HOLD and ABSTAIN nothing, when
 *       the symbol has no position and a place is free. More signals of one close than places: the
 *       most confident first, then by symbol. A symbol without a candle at the next close costs the
 *       order of {@link FillPrice#NEXT_OPEN}.
 *   <li><b>Exit.</b> By the stop as soon as a candle touches it, at the stop or, when the candle
 *       opens beyond it, at the open. By horizon, at the first close not before {@code horizon}
 *       candles after the signal. By a signal for the other side, when {@code exitOnOpposite}. The
 *       last two are filled like entries. A signal for the same side changes nothing.
 *   <li><b>Size.</b> A position is worth {@code positionShare} of the equity at its signal's close.
 *       Places times share is at most 1: nothing is borrowed.
 *   <li><b>Costs.</b> Whoever buys pays {@code slippage} more and whoever sells gets that much
 *       less; a fee on the value at either end. Being short costs no interest.
 * </ul>
 *
 * @param fill where entries and exits by horizon or signal are done
 * @param horizonCandles candles that a position is held at most
 * @param stopLoss move against the position, as a fraction of the price at entry; 0 for no stop
 * @param exitOnOpposite whether a signal for the other side ends a position
 * @param fee of one side, as a fraction of the value
 * @param slippage of one side, as a fraction of the price
 * @param maxPositions places
 * @param positionShare of the equity, in (0, 1]
 * @param longs whether BUY opens positions
 * @param shorts whether SELL does
 * @param startEquity in the quote currency
 */
public record PaperRules(
        FillPrice fill,
        int horizonCandles,
        double stopLoss,
        boolean exitOnOpposite,
        double fee,
        double slippage,
        int maxPositions,
        double positionShare,
        boolean longs,
        boolean shorts,
        double startEquity) {

    public PaperRules {
        require(fill != null, "fill must be given");
        require(
                horizonCandles >= 1 && horizonCandles <= 10_000,
                "horizon_candles must be 1 to 10000: " + horizonCandles);
        require(stopLoss >= 0 && stopLoss < 1, "stop_loss must be in [0, 1): " + stopLoss);
        require(fee >= 0 && fee < 0.1, "fee must be in [0, 0.1): " + fee);
        require(slippage >= 0 && slippage < 0.1, "slippage must be in [0, 0.1): " + slippage);
        require(
                maxPositions >= 1 && maxPositions <= 1_000,
                "max_positions must be 1 to 1000: " + maxPositions);
        require(
                positionShare > 0 && positionShare <= 1,
                "position_share must be in (0, 1]: " + positionShare);
        require(
                positionShare * maxPositions <= 1 + 1e-9,
                "max_positions times position_share must be at most 1: %d times %s"
                        .formatted(maxPositions, positionShare));
        require(longs || shorts, "longs or shorts must be allowed");
        require(
                startEquity > 0 && startEquity <= 1e12,
                "start_equity must be above 0, at most 1e12: " + startEquity);
    }

    /** What is paid when buying at a price, or got when selling. */
    double paid(double price, boolean buying) {
        return buying ? price * (1 + slippage) : price * (1 - slippage);
    }

    /** Where a position is stopped; 0 for nowhere. */
    double stop(boolean isLong, double entryPrice) {
        return stopLoss == 0
                ? 0
                : isLong ? entryPrice * (1 - stopLoss) : entryPrice * (1 + stopLoss);
    }

    /** Where a candle stops a position, before slippage; 0 when it does not. */
    static double stopped(boolean isLong, double stop, double open, double high, double low) {
        if (stop == 0) {
            return 0;
        }
        if (isLong) {
            return low <= stop ? Math.min(open, stop) : 0;
        }
        return high >= stop ? Math.max(open, stop) : 0;
    }

    /** Profit of so many units before fees. */
    static double gross(boolean isLong, double units, double entryPrice, double exitPrice) {
        return isLong ? units * (exitPrice - entryPrice) : units * (entryPrice - exitPrice);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
