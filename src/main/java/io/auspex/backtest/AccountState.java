package io.auspex.backtest;

import io.auspex.market.Symbol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a {@link PaperAccount} knows, so that another one can go on: doubles survive JSON
 * exactly.
 *
 * @param cash start equity plus what closed positions and fees have left of it
 * @param closes that were seen
 * @param closesIn closes with a position open
 * @param exposureSum of all closes
 * @param equitySum of all closes
 * @param bottom largest fall of the equity from its peak, a fraction
 * @param heldBottom the same of what is held
 * @param missed orders that found no candle
 * @param crowded signals that found no place
 * @param today null before the first close
 */
public record AccountState(
        double cash,
        List<PaperPosition> positions,
        List<PaperOrder> orders,
        List<SymbolBook> symbols,
        List<MonthTally> months,
        Tally total,
        long closes,
        long closesIn,
        double exposureSum,
        double equitySum,
        double peak,
        double bottom,
        double heldPeak,
        double heldBottom,
        long missed,
        long crowded,
        long lastMillis,
        @Nullable EquityDay today) {

    public AccountState {
        positions = List.copyOf(positions);
        orders = List.copyOf(orders);
        symbols = List.copyOf(symbols);
        months = List.copyOf(months);
    }

    static AccountState fresh(double startEquity) {
        return new AccountState(
                startEquity,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Tally.NONE,
                0,
                0,
                0,
                0,
                startEquity,
                0,
                startEquity,
                0,
                0,
                0,
                0,
                null);
    }

    /**
     * One symbol.
     *
     * @param candles that were seen of it
     * @param first what was paid had it been bought and held, slippage included
     * @param last its newest close
     */
    public record SymbolBook(
            Symbol symbol, long candles, double first, double last, Tally longs, Tally shorts) {}

    /**
     * The trades that were closed in a month, UTC.
     *
     * @param month such as {@code 2026-01}
     */
    public record MonthTally(String month, Tally tally) {}
}
