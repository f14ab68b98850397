package io.auspex.retraining;

import io.auspex.ingest.HistoryLoaded;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The feed whose history is in the candle store; empty before it is. */
@ApplicationScoped
class RunningFeed {

    private volatile @Nullable HistoryLoaded loaded;

    void is(HistoryLoaded history) {
        loaded = history;
    }

    Optional<HistoryLoaded> get() {
        return Optional.ofNullable(loaded);
    }
}
