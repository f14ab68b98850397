package io.auspex.api.inference;

import io.auspex.ingest.IngestSnapshot;
import io.auspex.ingest.IngestStatus;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Tells an unknown symbol from one that is merely not ready. */
@ApplicationScoped
class Markets {

    private final IngestStatus ingest;

    Markets(IngestStatus ingest) {
        this.ingest = ingest;
    }

    /**
     * Refuses a symbol that the feed does not have. Before the feed has told its symbols every
     * symbol may come yet.
     *
     * @throws Failure NOT_FOUND {@code unknown-symbol}
     */
    void requireKnown(Symbol symbol) {
        IngestSnapshot snapshot = ingest.snapshot();
        List<Symbol> symbols = snapshot.symbols();
        if (!symbols.isEmpty() && !symbols.contains(symbol)) {
            throw new Failure(
                    Failure.Category.NOT_FOUND,
                    "unknown-symbol",
                    "%s has no %s".formatted(snapshot.feed().orElse("the feed"), symbol));
        }
    }

    /** Identity of the feed; empty text when there is none. */
    String feed() {
        return ingest.snapshot().feed().orElse("");
    }
}
