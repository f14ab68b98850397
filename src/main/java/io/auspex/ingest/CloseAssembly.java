package io.auspex.ingest;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Puts candles that come ordered by time and symbol together again into closes. */
final class CloseAssembly {

    private final String feed;
    private final Consumer<MarketClose> consumer;
    private List<Candle> open = new ArrayList<>();

    CloseAssembly(String feed, Consumer<MarketClose> consumer) {
        this.feed = feed;
        this.consumer = consumer;
    }

    void add(Candle candle) {
        if (!open.isEmpty() && open.getLast().openTimeMillis() != candle.openTimeMillis()) {
            finish();
        }
        open.add(candle);
    }

    /** Hands over the close that was being put together, when there is one. */
    void finish() {
        if (!open.isEmpty()) {
            consumer.accept(new MarketClose(feed, open.getLast().closeTimeMillis(), open));
            open = new ArrayList<>();
        }
    }
}
