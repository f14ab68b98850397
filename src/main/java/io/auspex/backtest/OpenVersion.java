package io.auspex.backtest;

import io.auspex.serving.PastModel;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Expiry;
import io.auspex.signals.SignalGuard;
import io.auspex.signals.SignalMaker;
import java.util.List;

/**
 * A version that decides at present: its session, and the maker of its signals.
 *
 * @param maker with the guard of this version
 */
record OpenVersion(PastModel past, SignalMaker maker) implements AutoCloseable {

    static OpenVersion of(PastModel past, DecisionRule rule, SignalGuard guard) {
        return new OpenVersion(
                past, new SignalMaker(rule, List.of(guard), Expiry.UNTIL_THE_NEXT_CLOSE));
    }

    @Override
    public void close() {
        past.close();
    }
}
