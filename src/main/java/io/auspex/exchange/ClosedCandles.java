package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.List;

/** Candles of the past that are final, over REST, page by page. */
final class ClosedCandles {

    private ClosedCandles() {}

    /** Oldest first; those that are still open or closed within the grace are left out. */
    static List<Candle> of(
            ExchangeRest rest,
            ExchangeClock clock,
            FeedSettings settings,
            Symbol symbol,
            long fromOpen,
            long toOpen)
            throws InterruptedException, ExchangeUnavailableException {
        long millis = settings.timeframe().millis();
        List<Candle> candles = new ArrayList<>();
        long from = fromOpen;
        while (from <= toOpen) {
            long to = Math.min(toOpen, from + (ExchangeProtocol.PAGE_CANDLES - 1) * millis);
            // Before the request: what is final now is final in its answer.
            long lastFinalClose = clock.millis() - settings.grace().toMillis();
            long before = from;
            for (Candle candle : rest.candles(symbol, settings.timeframe(), from, to)) {
                if (candle.openTimeMillis() >= before
                        && candle.closeTimeMillis() <= lastFinalClose) {
                    candles.add(candle);
                    before = candle.closeTimeMillis();
                }
            }
            from = to + millis;
        }
        return candles;
    }
}
