package io.auspex.api.inference;

import io.auspex.ingest.IngestStatus;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.LiveMarket;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.TreeSet;

/** Tells an unknown symbol from one that is merely not ready. */
@ApplicationScoped
class Markets {

    private final IngestStatus ingest;
    private final LiveFeatures live;

    Markets(IngestStatus ingest, LiveFeatures live) {
        this.ingest = ingest;
        this.live = live;
    }

    /**
     * Refuses a symbol that the feed neither declares nor has had a candle of. As long as no symbol
     * is known at all, every symbol may come yet.
     *
     * @throws Failure NOT_FOUND {@code unknown-symbol}
     */
    void requireKnown(Symbol symbol) {
        Set<Symbol> known = new TreeSet<>(ingest.snapshot().symbols());
        live.market().map(LiveMarket::symbols).ifPresent(known::addAll);
        if (!known.isEmpty() && !known.contains(symbol)) {
            throw new Failure(
                    Failure.Category.NOT_FOUND,
                    "unknown-symbol",
                    "%s has no %s".formatted(feed(), symbol));
        }
    }

    /** Identity of the feed that is followed. */
    String feed() {
        return live.market()
                .map(LiveMarket::feed)
                .or(() -> ingest.snapshot().feed())
                .orElse("no feed");
    }
}
