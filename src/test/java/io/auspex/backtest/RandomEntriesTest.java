package io.auspex.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.backtest.AccountState.SymbolBook;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomEntriesTest {

    private static final PaperRules RULES =
            new PaperRules(FillPrice.SAME_CLOSE, 4, 0, true, 0.001, 0, 1, 1, true, true, 1_000);

    private static Tally trades(int count) {
        return new Tally(count, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Every candle gains a tenth of a percent, so that every entry brings the same. */
    private static MadeMarket rising(int closes) {
        List<MarketClose> all = new ArrayList<>();
        double price = 100;
        for (int n = 0; n < closes; n++) {
            double next = price * 1.001;
            all.add(MadeMarket.of(n, MadeMarket.candle("AAA", n, price, next, price, next)));
            price = next;
        }
        return new MadeMarket(all);
    }

    private static RandomComparison compare(
            MadeMarket market,
            PaperRules rules,
            int longs,
            int shorts,
            double meanReturn,
            long seed) {
        SymbolBook book =
                new SymbolBook(
                        new Symbol("AAA"),
                        market.all().size(),
                        1,
                        1,
                        trades(longs),
                        trades(shorts));
        RandomEntries entries =
                new RandomEntries(rules, MadeMarket.TIMEFRAME, List.of(book), 50, seed);
        market.all().forEach(entries::accept);
        return entries.end(longs + shorts, meanReturn);
    }

    @Test
    void everyEntryOfASteadyMarketBringsWhatTheRulesSay() {
        MadeMarket market = rising(400);
        // Four candles on: 1.001^4; fees of 0.1 % on 1 and on what it became. The last entries are
        // cut short by the end, so few of them are drawn from many closes.
        double whole = Math.pow(1.001, 4);
        double expected = whole - 1 - 0.001 * (1 + whole);
        RandomComparison longs = compare(market, RULES, 20, 0, expected, 1);
        assertThat(longs.quantiles().getLast()).isCloseTo(expected, within(1e-12));
        assertThat(longs.randomMean()).isCloseTo(expected, within(1e-4));
        RandomComparison shorts = compare(market, RULES, 0, 20, expected, 1);
        double ofShort = -(whole - 1) - 0.001 * (1 + whole);
        assertThat(shorts.quantiles().getFirst()).isCloseTo(ofShort, within(1e-12));
        assertThat(shorts.percentile()).isEqualTo(100);
        assertThat(shorts.pValue()).isCloseTo(1 / 51.0, within(1e-12));
    }

    @Test
    void asManyAreDrawnAsThereWereEvenWhenItIsEveryClose() {
        MadeMarket market = rising(40);
        RandomComparison all = compare(market, RULES, 40, 0, 0, 2);
        // Every close is an entry: no draw differs from another.
        assertThat(all.quantiles()).allMatch(value -> value.equals(all.quantiles().getFirst()));
        assertThat(all.draws()).isEqualTo(50);
    }

    @Test
    void theSameSeedGivesTheSameDrawsAndAnotherOneOthers() {
        MadeMarket market = MadeMarket.walk(4, 500, "AAA");
        PaperRules next =
                new PaperRules(
                        FillPrice.NEXT_OPEN,
                        12,
                        0.01,
                        true,
                        0.0005,
                        0.0002,
                        1,
                        1,
                        true,
                        true,
                        1_000);
        RandomComparison first = compare(market, next, 15, 15, 0.01, 9);
        assertThat(compare(market, next, 15, 15, 0.01, 9)).isEqualTo(first);
        assertThat(compare(market, next, 15, 15, 0.01, 10)).isNotEqualTo(first);
        assertThat(first.quantiles()).isSorted();
        // A walk without drift brings nothing but costs: 0.05 % and 0.02 % at either end.
        assertThat(first.randomMean()).isCloseTo(-0.0014, within(0.002));
    }

    @Test
    void withoutTradesThereIsNothingToCompare() {
        assertThat(compare(rising(40), RULES, 0, 0, 0, 1)).isNull();
    }
}
