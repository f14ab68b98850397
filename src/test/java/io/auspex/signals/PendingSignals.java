package io.auspex.signals;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Signals to append, each test with a model of its own so that tests share one database. */
public final class PendingSignals {

    /** 2023-11-14T22:15:00Z, on the grid of five minutes. */
    public static final long FIRST_CLOSE = 1_700_000_100_000L;

    private PendingSignals() {}

    /** One signal a symbol at the given close, counted from {@link #FIRST_CLOSE} in candles. */
    public static List<PendingSignal> close(String model, int close, String... symbols) {
        List<PendingSignal> signals = new ArrayList<>();
        for (String symbol : symbols) {
            signals.add(signal(model, close, symbol, 0.1 + 1e-17 * close));
        }
        return signals;
    }

    /** One BUY whose expected return is told. */
    public static PendingSignal signal(
            String model, int close, String symbol, double expectedReturn) {
        return new PendingSignal(
                "replay:test",
                model,
                3,
                "0123456789abcdef",
                new Symbol(symbol),
                Timeframe.FIVE_MINUTES,
                FIRST_CLOSE + close * Timeframe.FIVE_MINUTES.millis(),
                0.068215,
                new Decision(Action.BUY, "a rise is likelier", 0.25),
                Map.of(Head.P_UP, 0.25, Head.EXPECTED_RETURN, expectedReturn),
                false);
    }
}
