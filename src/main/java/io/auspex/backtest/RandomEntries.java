package io.auspex.backtest;

import io.auspex.backtest.AccountState.SymbolBook;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * As many entries as a backtest had, of each symbol and side, at random closes of the same period,
 * many times over. They are filled, stopped and left like those of the backtest, by the same {@link
 * PaperRules}; only places and opposite signals do not count for them. So what they bring is what
 * the rules bring without any skill in timing.
 *
 * <p>Closes are drawn without putting back, in one pass and with no memory of the period: a close
 * is taken with the chance of entries left over closes left (Knuth, The Art of Computer
 * Programming, volume 2, algorithm S). Memory: the positions open at a time, and two counts a draw
 * and symbol. The same seed gives the same draws. One owner.
 */
final class RandomEntries {

    private final PaperRules rules;
    private final long horizonMillis;
    private final Map<Symbol, Lot> lots = new HashMap<>();
    private final SplittableRandom[] randoms;
    private final double[] sums;
    private final long[] counts;

    /**
     * @param symbols what the backtest has done with each
     */
    RandomEntries(
            PaperRules rules, Timeframe timeframe, List<SymbolBook> symbols, int draws, long seed) {
        this.rules = rules;
        this.horizonMillis = rules.horizonCandles() * timeframe.millis();
        SplittableRandom seeds = new SplittableRandom(seed);
        randoms = new SplittableRandom[draws];
        for (int draw = 0; draw < draws; draw++) {
            randoms[draw] = seeds.split();
        }
        sums = new double[draws];
        counts = new long[draws];
        for (SymbolBook book : symbols) {
            lots.put(book.symbol(), new Lot(book, draws));
        }
    }

    /** A position of one unit of value. */
    private static final class Bet {
        private final int draw;
        private final boolean isLong;
        private final long dueMillis;
        private double entryPrice;
        private double stop;
        private boolean leaving;

        Bet(int draw, boolean isLong, long dueMillis) {
            this.draw = draw;
            this.isLong = isLong;
            this.dueMillis = dueMillis;
        }
    }

    /** One symbol. */
    private static final class Lot {
        private final long[] longs;
        private final long[] shorts;
        private final List<Bet> bets = new ArrayList<>();
        private final List<Bet> waiting = new ArrayList<>();
        private long candlesLeft;
        private double last;

        Lot(SymbolBook book, int draws) {
            candlesLeft = book.candles();
            longs = new long[draws];
            shorts = new long[draws];
            for (int draw = 0; draw < draws; draw++) {
                longs[draw] = book.longs().trades();
                shorts[draw] = book.shorts().trades();
            }
        }
    }

    /** Takes the next close of the period, in increasing time; only traded symbols count. */
    void accept(MarketClose close) {
        for (Candle candle : close.candles()) {
            Lot lot = lots.get(candle.symbol());
            if (lot != null && lot.candlesLeft > 0) {
                open(lot, candle);
                stopOrDue(lot, candle);
                draw(lot, candle);
                lot.last = candle.close();
                lot.candlesLeft--;
            }
        }
    }

    private void open(Lot lot, Candle candle) {
        Iterator<Bet> bets = lot.bets.iterator();
        while (bets.hasNext()) {
            Bet bet = bets.next();
            if (bet.leaving) {
                settle(bet, candle.open());
                bets.remove();
            }
        }
        for (Bet bet : lot.waiting) {
            enter(lot, bet, candle.open());
        }
        lot.waiting.clear();
    }

    private void stopOrDue(Lot lot, Candle candle) {
        Iterator<Bet> bets = lot.bets.iterator();
        while (bets.hasNext()) {
            Bet bet = bets.next();
            double stopped =
                    PaperRules.stopped(
                            bet.isLong, bet.stop, candle.open(), candle.high(), candle.low());
            if (stopped > 0) {
                settle(bet, stopped);
                bets.remove();
            } else if (candle.closeTimeMillis() >= bet.dueMillis) {
                if (rules.fill() == FillPrice.SAME_CLOSE) {
                    settle(bet, candle.close());
                    bets.remove();
                } else {
                    bet.leaving = true;
                }
            }
        }
    }

    private void draw(Lot lot, Candle candle) {
        for (int draw = 0; draw < randoms.length; draw++) {
            long left = lot.longs[draw] + lot.shorts[draw];
            if (left == 0) {
                continue;
            }
            double at = randoms[draw].nextDouble() * lot.candlesLeft;
            if (at < left) {
                boolean isLong = at < lot.longs[draw];
                (isLong ? lot.longs : lot.shorts)[draw]--;
                Bet bet = new Bet(draw, isLong, candle.closeTimeMillis() + horizonMillis);
                switch (rules.fill()) {
                    case NEXT_OPEN -> lot.waiting.add(bet);
                    case SAME_CLOSE -> enter(lot, bet, candle.close());
                }
            }
        }
    }

    private void enter(Lot lot, Bet bet, double price) {
        bet.entryPrice = rules.paid(price, bet.isLong);
        bet.stop = rules.stop(bet.isLong, bet.entryPrice);
        lot.bets.add(bet);
    }

    private void settle(Bet bet, double price) {
        double got = rules.paid(price, !bet.isLong);
        double units = 1 / bet.entryPrice;
        sums[bet.draw] +=
                PaperRules.gross(bet.isLong, units, bet.entryPrice, got)
                        - rules.fee() * (1 + units * got);
        counts[bet.draw]++;
    }

    /**
     * Settles what is open and compares.
     *
     * @param trades of the backtest
     * @param meanReturn of its trades, after costs; a fraction
     */
    @Nullable RandomComparison end(long trades, double meanReturn) {
        for (Lot lot : lots.values()) {
            lot.bets.forEach(bet -> settle(bet, lot.last));
            lot.bets.clear();
        }
        double[] means = new double[sums.length];
        int below = 0;
        double mean = 0;
        for (int draw = 0; draw < sums.length; draw++) {
            means[draw] = counts[draw] == 0 ? 0 : sums[draw] / counts[draw];
            mean += means[draw] / sums.length;
            below += means[draw] < meanReturn ? 1 : 0;
        }
        return trades == 0 || means.length == 0
                ? null
                : RandomComparison.of(meanReturn, means, mean, below);
    }
}
