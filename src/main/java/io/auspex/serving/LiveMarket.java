package io.auspex.serving;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The market whose closes arrive.
 *
 * @param feed identity of the feed
 * @param timeframe of its base candles
 * @param symbols that have had a candle so far
 */
public record LiveMarket(String feed, Timeframe timeframe, SortedSet<Symbol> symbols) {

    public LiveMarket {
        symbols = Collections.unmodifiableSortedSet(new TreeSet<>(symbols));
    }

    /** Whether a model of that market can be asked about this one at all. */
    boolean isCoveredBy(MarketSpec market) {
        return market.timeframe() == timeframe && market.coversFeed(feed);
    }

    LiveMarket with(Collection<Symbol> seen) {
        if (symbols.containsAll(seen)) {
            return this;
        }
        SortedSet<Symbol> all = new TreeSet<>(symbols);
        all.addAll(seen);
        return new LiveMarket(feed, timeframe, all);
    }
}
