package io.auspex.model;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.List;

/**
 * The only market that a model speaks for.
 *
 * @param feed a feed's identity ({@code replay:market-data}) or its kind alone ({@code simulated}),
 *     which stands for every feed of that kind
 * @param symbols empty for every symbol of the feed
 */
public record MarketSpec(String feed, List<Symbol> symbols, Timeframe timeframe) {

    public MarketSpec {
        symbols = List.copyOf(symbols);
        if (feed.isBlank()) {
            throw new IllegalArgumentException("market.feed must name a feed");
        }
    }

    /** Whether candles of that feed, symbol and timeframe are this market's. */
    public boolean covers(String feedIdentity, Symbol symbol, Timeframe candles) {
        return coversFeed(feedIdentity)
                && timeframe == candles
                && (symbols.isEmpty() || symbols.contains(symbol));
    }

    /** Whether a feed of that identity is this market's. */
    public boolean coversFeed(String feedIdentity) {
        return feedIdentity.equals(feed) || feedIdentity.startsWith(feed + ":");
    }
}
