package io.auspex.backtest;

import io.auspex.market.Symbol;
import io.auspex.signals.Action;
import io.auspex.signals.PendingSignal;
import org.jspecify.annotations.Nullable;

/**
 * What a signal asks of an account.
 *
 * @param confidence null when it abstains
 */
record Call(Symbol symbol, Action action, @Nullable Double confidence, int version) {

    static Call of(PendingSignal signal) {
        return new Call(
                signal.symbol(),
                signal.decision().action(),
                signal.decision().confidence(),
                signal.version());
    }

    /** Whether it opens or ends a position. */
    boolean isTrade() {
        return action == Action.BUY || action == Action.SELL;
    }
}
