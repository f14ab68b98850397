package io.auspex.trades;

import io.auspex.trades.TradeRows.Pending;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest trades that could not be stored yet, by id, oldest first. Bounded; thread-safe. */
final class TradeBuffer {

    private final int limit;
    private final Map<String, Pending> waiting = new LinkedHashMap<>();

    TradeBuffer(int limit) {
        this.limit = limit;
    }

    /** What waits under an id; null when nothing does. */
    synchronized @Nullable Pending of(String id) {
        return waiting.get(id);
    }

    /** Whether there was room. */
    synchronized boolean add(Pending trade) {
        if (waiting.size() >= limit) {
            return false;
        }
        waiting.putIfAbsent(trade.trade().id(), trade);
        return true;
    }

    synchronized List<Pending> all() {
        return new ArrayList<>(waiting.values());
    }

    synchronized void remove(Collection<Pending> trades) {
        trades.forEach(trade -> waiting.remove(trade.trade().id(), trade));
    }
}
