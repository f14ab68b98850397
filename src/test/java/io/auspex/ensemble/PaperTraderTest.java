package io.auspex.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.Symbol;
import io.auspex.signals.Action;
import io.auspex.signals.Decision;
import io.auspex.trades.Direction;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaperTraderTest {

    private static final Symbol ETH = new Symbol("ETHBTC");
    private static final Decision BUY = new Decision(Action.BUY, "rise", 0.4);
    private static final Decision SELL = new Decision(Action.SELL, "fall", 0.3);
    private static final Decision HOLD = new Decision(Action.HOLD, "calm", 0.6);

    private final PaperTrader trader =
            new PaperTrader("a", new ExitRule(10, 0.05, 0.001), List.of());

    @Test
    void holdsForTheHorizonAndPaysTheFee() {
        assertThat(trader.see(ETH, 0, 100, BUY)).isEmpty();
        assertThat(trader.see(ETH, 9, 101, BUY)).isEmpty();
        PaperTrade trade = trader.see(ETH, 10, 102, HOLD).orElseThrow();
        assertThat(trade.direction()).isEqualTo(Direction.LONG);
        assertThat(trade.pnl()).isCloseTo(0.02 - 0.001, within(1e-12));
        assertThat(trade.confidence()).isEqualTo(0.4);
        assertThat(trade.reason()).isEqualTo(ExitRule.Reason.HORIZON);
        assertThat(trader.open()).isEmpty();
    }

    @Test
    void theOppositeSignalTurnsThePosition() {
        trader.see(ETH, 0, 100, BUY);
        PaperTrade trade = trader.see(ETH, 1, 99, SELL).orElseThrow();
        assertThat(trade.reason()).isEqualTo(ExitRule.Reason.OPPOSITE_SIGNAL);
        assertThat(trade.pnl()).isCloseTo(-0.01 - 0.001, within(1e-12));
        assertThat(trader.open()).singleElement().matches(o -> o.direction() == Direction.SHORT);
        assertThat(trader.see(ETH, 2, 98.01, null)).isEmpty();
        assertThat(trader.see(ETH, 11, 98.01, null).orElseThrow().pnl())
                .isCloseTo(0.01 - 0.001, within(1e-12));
    }

    @Test
    void theStopEndsWhateverTheSignalSays() {
        trader.see(ETH, 0, 100, SELL);
        PaperTrade trade = trader.see(ETH, 1, 105.1, HOLD).orElseThrow();
        assertThat(trade.reason()).isEqualTo(ExitRule.Reason.STOP);
        assertThat(trade.pnl()).isCloseTo(-0.051 - 0.001, within(1e-12));
    }

    @Test
    void oneThatWasStoredGoesOn() {
        trader.see(ETH, 0, 100, BUY);
        PaperTrader later = new PaperTrader("a", new ExitRule(10, 0.05, 0.001), trader.open());
        assertThat(later.see(ETH, 10, 101, null)).isPresent();
    }
}
