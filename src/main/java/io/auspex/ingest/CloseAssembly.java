package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Puts candles that come ordered by time and symbol together again into closes. */
public final class CloseAssembly {

    private final String feed;
    private final Consumer<MarketClose> consumer;
    private List<Candle> open = new ArrayList<>();

    /** Closes go to the consumer as soon as they are whole. */
    public CloseAssembly(String feed, Consumer<MarketClose> consumer) {
        this.feed = feed;
        this.consumer = consumer;
    }

    /** Takes the next candle: of the same moment as the one before, or of a later one. */
    public void add(Candle candle) {
        if (!open.isEmpty() && open.getLast().openTimeMillis() != candle.openTimeMillis()) {
            finish();
        }
        open.add(candle);
    }

    /** Hands over the close that was being put together, when there is one. */
    public void finish() {
        if (!open.isEmpty()) {
            consumer.accept(new MarketClose(feed, open.getLast().closeTimeMillis(), open));
            open = new ArrayList<>();
        }
    }
}
