package io.auspex.ingest;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.List;

/**
 * CDI event, fired once a run of the feed, on the feed's thread: everything up to here is in the
 * candle store, and what follows is live. The feed waits for its observers.
 *
 * @param lastCloseTimeMillis up to here, inclusive, milliseconds since the Unix epoch (UTC)
 */
public record HistoryLoaded(
        String feed, Timeframe timeframe, List<Symbol> symbols, long lastCloseTimeMillis) {

    public HistoryLoaded {
        symbols = List.copyOf(symbols);
    }
}
