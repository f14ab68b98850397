package io.auspex.backtest;

import static io.auspex.backtest.MadeMarket.candle;
import static io.auspex.backtest.MadeMarket.of;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.TradeStatistics;
import io.auspex.platform.Json;
import io.auspex.signals.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Every figure is worked out by hand beside it. */
class PaperAccountTest {

    private static final Offset<Double> EXACT = within(1e-9);
    private static final PaperRules PLAIN =
            new PaperRules(FillPrice.NEXT_OPEN, 2, 0.1, true, 0.001, 0, 1, 0.5, true, true, 1_000);

    private static PaperAccount account(PaperRules rules) {
        return PaperAccount.fresh(rules, MadeMarket.TIMEFRAME, 1);
    }

    private static PaperRules with(
            FillPrice fill,
            double stop,
            boolean opposite,
            double fee,
            double slippage,
            int places) {
        return new PaperRules(
                fill, 2, stop, opposite, fee, slippage, places, 0.5, true, true, 1_000);
    }

    private static Call call(String symbol, Action action, double confidence) {
        return new Call(new Symbol(symbol), action, confidence, 7);
    }

    private static List<Call> buy() {
        return List.of(call("AAA", Action.BUY, 0.6));
    }

    private static List<Call> sell() {
        return List.of(call("AAA", Action.SELL, 0.6));
    }

    private static Candle flat(String symbol, int n, double price) {
        return candle(symbol, n, price, price, price, price);
    }

    @Test
    void aLongPositionIsEnteredAtTheNextOpenAndLeftAtTheOpenAfterItsHorizon() {
        PaperAccount account = account(PLAIN);
        account.accept(of(0, flat("AAA", 0, 100)), buy());
        assertThat(account.equity()).isEqualTo(1_000);
        // Half of 1,000 at 100: 5 units, fee 0.5. At 110: 1,000 - 0.5 + 50.
        account.accept(of(1, candle("AAA", 1, 100, 110, 100, 110)), List.of());
        assertThat(account.equity()).isCloseTo(1_049.5, EXACT);
        // Two candles after the signal: due, but filled at the next open, 125.
        account.accept(of(2, candle("AAA", 2, 110, 120, 110, 120)), List.of());
        assertThat(account.takeTrades()).isEmpty();
        account.accept(of(3, candle("AAA", 3, 125, 125, 125, 125)), List.of());
        PaperTrade trade = account.takeTrades().getFirst();
        assertThat(trade.exit()).isEqualTo(ExitReason.HORIZON);
        assertThat(trade.direction()).isEqualTo("LONG");
        assertThat(trade.version()).isEqualTo(7);
        assertThat(trade.signalTime()).isEqualTo(MadeMarket.at(0));
        assertThat(trade.entryTime()).isEqualTo(MadeMarket.at(0));
        assertThat(trade.exitTime()).isEqualTo(MadeMarket.at(2));
        assertThat(trade.entryPrice()).isEqualTo(100);
        assertThat(trade.exitPrice()).isEqualTo(125);
        // 5 x 25 less 0.5 and 0.1 % of 625.
        assertThat(trade.fees()).isCloseTo(1.125, EXACT);
        assertThat(trade.pnl()).isCloseTo(123.875, EXACT);
        assertThat(trade.pnlFraction()).isCloseTo(0.24775, EXACT);
        assertThat(account.equity()).isCloseTo(1_123.875, EXACT);
    }

    @Test
    void aShortPositionGainsWhenThePriceFallsAndSlippageIsAlwaysAgainstIt() {
        PaperAccount account = account(with(FillPrice.NEXT_OPEN, 0, true, 0, 0.01, 1));
        account.accept(of(0, flat("AAA", 0, 100)), sell());
        account.accept(of(1, flat("AAA", 1, 100)), List.of());
        account.accept(of(2, flat("AAA", 2, 90)), List.of());
        account.accept(of(3, flat("AAA", 3, 80)), List.of());
        PaperTrade trade = account.takeTrades().getFirst();
        // Sold at 99, bought back at 80.8; 500 / 99 units.
        assertThat(trade.entryPrice()).isCloseTo(99, EXACT);
        assertThat(trade.exitPrice()).isCloseTo(80.8, EXACT);
        assertThat(trade.pnl()).isCloseTo(500 / 99.0 * 18.2, EXACT);
        assertThat(trade.direction()).isEqualTo("SHORT");
    }

    @Test
    void aStopIsFilledAtItsPriceAndBeyondItWhenTheCandleOpensThere() {
        PaperAccount within = account(PLAIN);
        within.accept(of(0, flat("AAA", 0, 100)), buy());
        within.accept(of(1, flat("AAA", 1, 100)), List.of());
        within.accept(of(2, candle("AAA", 2, 95, 96, 85, 94)), List.of());
        PaperTrade stopped = within.takeTrades().getFirst();
        assertThat(stopped.exit()).isEqualTo(ExitReason.STOP);
        assertThat(stopped.exitPrice()).isCloseTo(90, EXACT);
        assertThat(stopped.exitTime()).isEqualTo(MadeMarket.at(2));

        PaperAccount beyond = account(PLAIN);
        beyond.accept(of(0, flat("AAA", 0, 100)), sell());
        beyond.accept(of(1, flat("AAA", 1, 100)), List.of());
        // The stop of the short is at 110; it opens at 115.
        beyond.accept(of(2, candle("AAA", 2, 115, 118, 108, 109)), List.of());
        assertThat(beyond.takeTrades().getFirst().exitPrice()).isCloseTo(115, EXACT);
    }

    @Test
    void theCandleOfTheEntryCanStopIt() {
        PaperAccount account = account(PLAIN);
        account.accept(of(0, flat("AAA", 0, 100)), buy());
        account.accept(of(1, candle("AAA", 1, 100, 101, 80, 99)), List.of());
        assertThat(account.takeTrades()).extracting(PaperTrade::exitPrice).containsExactly(90.0);
    }

    @Test
    void anOppositeSignalTurnsAPositionAtOnePrice() {
        PaperAccount account = account(with(FillPrice.NEXT_OPEN, 0, true, 0, 0, 1));
        account.accept(of(0, flat("AAA", 0, 100)), buy());
        account.accept(of(1, flat("AAA", 1, 100)), sell());
        account.accept(of(2, flat("AAA", 2, 110)), List.of());
        PaperTrade turned = account.takeTrades().getFirst();
        assertThat(turned.exit()).isEqualTo(ExitReason.OPPOSITE);
        assertThat(turned.exitPrice()).isEqualTo(110);
        assertThat(account.state().positions())
                .singleElement()
                .satisfies(position -> {
                    assertThat(position.isLong()).isFalse();
                    assertThat(position.entryPrice()).isEqualTo(110);
                });
        PaperAccount stubborn = account(with(FillPrice.NEXT_OPEN, 0, false, 0, 0, 1));
        stubborn.accept(of(0, flat("AAA", 0, 100)), buy());
        stubborn.accept(of(1, flat("AAA", 1, 100)), sell());
        stubborn.accept(of(2, flat("AAA", 2, 110)), List.of());
        assertThat(stubborn.takeTrades()).isEmpty();
    }

    @Test
    void theMostConfidentSignalGetsTheLastPlaceAndTheOthersAreCounted() {
        PaperAccount account = account(PLAIN);
        account.accept(
                of(0, flat("AAA", 0, 100), flat("BBB", 0, 10), flat("CCC", 0, 1)),
                List.of(
                        call("AAA", Action.BUY, 0.6),
                        call("BBB", Action.SELL, 0.8),
                        call("CCC", Action.BUY, 0.8)));
        assertThat(account.state().orders())
                .extracting(order -> order.symbol().name())
                .containsExactly("BBB");
        assertThat(account.state().crowded()).isEqualTo(2);
    }

    @Test
    void anOrderWithoutACandleIsMissed() {
        PaperAccount account = account(PLAIN);
        account.accept(of(0, flat("AAA", 0, 100), flat("BBB", 0, 10)), buy());
        account.accept(of(1, flat("BBB", 1, 10)), List.of());
        account.accept(of(2, flat("AAA", 2, 100), flat("BBB", 2, 10)), List.of());
        assertThat(account.state().positions()).isEmpty();
        assertThat(account.state().missed()).isEqualTo(1);
    }

    @Test
    void atTheSameCloseEverythingIsFilledThere() {
        PaperAccount account = account(with(FillPrice.SAME_CLOSE, 0, true, 0, 0, 1));
        account.accept(of(0, candle("AAA", 0, 90, 100, 90, 100)), buy());
        account.accept(of(1, candle("AAA", 1, 120, 130, 90, 110)), List.of());
        account.accept(of(2, candle("AAA", 2, 150, 150, 100, 120)), List.of());
        PaperTrade trade = account.takeTrades().getFirst();
        assertThat(trade.entryPrice()).isEqualTo(100);
        assertThat(trade.exitPrice()).isEqualTo(120);
        // What the model calls the return over two candles.
        assertThat(trade.pnlFraction()).isCloseTo(0.2, EXACT);
    }

    @Test
    void switchesKeepOutOneSide() {
        PaperAccount account =
                account(
                        new PaperRules(
                                FillPrice.NEXT_OPEN, 2, 0, true, 0, 0, 1, 0.5, true, false, 1_000));
        account.accept(of(0, flat("AAA", 0, 100)), sell());
        assertThat(account.state().orders()).isEmpty();
        account.accept(of(1, flat("AAA", 1, 100)), buy());
        account.accept(of(2, flat("AAA", 2, 100)), sell());
        account.accept(of(3, flat("AAA", 3, 100)), List.of());
        // It ended the long one, and opened nothing.
        assertThat(account.takeTrades())
                .extracting(PaperTrade::exit)
                .containsExactly(ExitReason.OPPOSITE);
        assertThat(account.state().positions()).isEmpty();
    }

    @Test
    void theEndLeavesEverythingAtTheLastPrice() {
        PaperAccount account = account(PLAIN);
        account.accept(of(0, flat("AAA", 0, 100)), buy());
        account.accept(of(1, candle("AAA", 1, 100, 104, 100, 104)), List.of());
        account.end();
        PaperTrade trade = account.takeTrades().getFirst();
        assertThat(trade.exit()).isEqualTo(ExitReason.END);
        assertThat(trade.pnl()).isCloseTo(20 - 0.5 - 0.52, EXACT);
        assertThat(account.takeDays()).last().extracting(EquityDay::equity).isEqualTo(1_018.98);
        account.end();
        assertThat(account.takeTrades()).isEmpty();
        assertThat(account.takeDays()).isEmpty();
    }

    @Test
    void drawdownExposureAndWhatIsHeldAreMeasuredAtEveryClose() {
        PaperAccount account = account(with(FillPrice.NEXT_OPEN, 0, true, 0, 0, 1));
        account.accept(of(0, flat("AAA", 0, 100)), buy());
        account.accept(of(1, flat("AAA", 1, 100)), List.of());
        AccountState level = account.state();
        assertThat(level.exposureSum()).isCloseTo(0.5, EXACT);
        account.accept(of(2, candle("AAA", 2, 100, 100, 60, 60)), List.of());
        // 5 units lost 40 each: 800 of 1,000; all of it held would be 600.
        AccountState fallen = account.state();
        assertThat(fallen.bottom()).isCloseTo(0.2, EXACT);
        assertThat(fallen.today()).isNotNull();
        assertThat(fallen.today().held()).isCloseTo(600, EXACT);
        assertThat(fallen.heldBottom()).isCloseTo(0.4, EXACT);
        assertThat(fallen.closesIn()).isEqualTo(2);
    }

    @Test
    void aDayEndsWithItsLastCloseAndMidnightBelongsToTheDayBefore() {
        PaperAccount account = account(PLAIN);
        // 1,700,000,100 is 22:15:00 of 14 November 2023: twenty more candles reach midnight.
        for (int n = 0; n < 22; n++) {
            account.accept(of(n, flat("AAA", n, 100)), List.of());
        }
        assertThat(account.takeDays())
                .extracting(day -> day.day().toString())
                .containsExactly("2023-11-14");
        assertThat(account.state().today().day()).hasToString("2023-11-15");
        assertThat(MadeMarket.at(20)).hasToString("2023-11-15T00:00:00Z");
    }

    @Test
    void anAccountGoesOnFromItsJsonAsIfNothingHadHappened() throws Exception {
        MadeMarket market = MadeMarket.walk(3, 600, "AAA", "BBB", "CCC");
        PaperRules rules =
                new PaperRules(
                        FillPrice.NEXT_OPEN,
                        12,
                        0.01,
                        true,
                        0.0005,
                        0.0002,
                        2,
                        0.5,
                        true,
                        true,
                        1_000);
        List<PaperTrade> whole = new ArrayList<>();
        List<EquityDay> wholeDays = new ArrayList<>();
        AccountState end = run(market, rules, 1_000, whole, wholeDays);
        List<PaperTrade> parts = new ArrayList<>();
        List<EquityDay> partDays = new ArrayList<>();
        AccountState resumed = run(market, rules, 37, parts, partDays);
        assertThat(resumed).isEqualTo(end);
        assertThat(parts).isEqualTo(whole).hasSizeGreaterThan(50);
        assertThat(partDays).isEqualTo(wholeDays).isNotEmpty();
        assertThat(whole).extracting(PaperTrade::exit).contains(ExitReason.values());

        TradeStatistics statistics =
                TradeStatistics.of(
                        whole.stream().mapToDouble(PaperTrade::pnl).toArray(),
                        whole.stream().mapToDouble(PaperTrade::pnlFraction).toArray());
        Figures figures = Figures.of(end, 1_000, wholeDays);
        assertThat(figures.trades()).isEqualTo(statistics.trades());
        assertThat(figures.winRate()).isCloseTo(statistics.winRate(), EXACT);
        assertThat(figures.profitFactor()).isCloseTo(statistics.profitFactor(), EXACT);
        assertThat(figures.expectancy()).isCloseTo(statistics.expectancy(), EXACT);
        // Nothing is lost: what trades brought is what the equity has more.
        assertThat(figures.endEquity() - 1_000).isCloseTo(statistics.totalPnl(), within(1e-6));
    }

    @Test
    void rulesThatWouldBorrowOrDoNothingAreRefused() {
        assertThatThrownBy(() ->
                        new PaperRules(
                                FillPrice.NEXT_OPEN, 2, 0, true, 0, 0, 3, 0.5, true, true, 1_000))
                .hasMessageContaining("at most 1");
        assertThatThrownBy(() ->
                        new PaperRules(
                                FillPrice.NEXT_OPEN, 2, 0, true, 0, 0, 1, 0.5, false, false, 1_000))
                .hasMessageContaining("longs or shorts");
    }

    /** Random calls, the same for the same market; written down and read again now and then. */
    private static AccountState run(
            MadeMarket market,
            PaperRules rules,
            int every,
            List<PaperTrade> trades,
            List<EquityDay> days)
            throws JsonProcessingException {
        PaperAccount account = PaperAccount.fresh(rules, MadeMarket.TIMEFRAME, 3);
        SplittableRandom random = new SplittableRandom(5);
        int n = 0;
        for (MarketClose close : market.all()) {
            List<Call> calls = new ArrayList<>();
            for (Candle candle : close.candles()) {
                double at = random.nextDouble();
                calls.add(
                        call(
                                candle.symbol().name(),
                                at < 0.1 ? Action.BUY : at < 0.2 ? Action.SELL : Action.HOLD,
                                random.nextDouble()));
            }
            account.accept(close, calls);
            if (++n % every == 0) {
                trades.addAll(account.takeTrades());
                days.addAll(account.takeDays());
                String json = Json.mapper().writeValueAsString(account.state());
                account =
                        new PaperAccount(
                                rules,
                                MadeMarket.TIMEFRAME,
                                3,
                                Json.mapper().readValue(json, AccountState.class));
            }
        }
        account.end();
        trades.addAll(account.takeTrades());
        days.addAll(account.takeDays());
        return account.state();
    }
}
