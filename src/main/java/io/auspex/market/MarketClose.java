package io.auspex.market;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * All base candles of one feed that closed at the same instant: the unit of work of the live loop.
 * Closes of a feed are handed over in strictly increasing time.
 *
 * @param feed identity of the feed, for example {@code simulated:7} or {@code replay:market-data}
 * @param closeTimeMillis the common close time, milliseconds since the Unix epoch (UTC)
 * @param candles at most one a symbol, ordered by symbol, all of one timeframe
 */
public record MarketClose(String feed, long closeTimeMillis, List<Candle> candles) {

    public MarketClose {
        candles = List.copyOf(candles);
        if (candles.isEmpty()) {
            throw new IllegalArgumentException("a close needs at least one candle");
        }
        Candle before = null;
        for (Candle candle : candles) {
            if (candle.closeTimeMillis() != closeTimeMillis) {
                throw new IllegalArgumentException(
                        "candle of " + candle.symbol() + " does not close at " + closeTimeMillis);
            }
            if (before != null
                    && (before.symbol().compareTo(candle.symbol()) >= 0
                            || before.timeframe() != candle.timeframe())) {
                throw new IllegalArgumentException(
                        "candles of a close are ordered by symbol, one each");
            }
            before = candle;
        }
    }

    /**
     * What it has of some symbols; empty when that is nothing.
     *
     * @param symbols empty for all
     */
    public Optional<MarketClose> of(Collection<Symbol> symbols) {
        if (symbols.isEmpty()) {
            return Optional.of(this);
        }
        List<Candle> wanted =
                candles.stream().filter(candle -> symbols.contains(candle.symbol())).toList();
        return wanted.isEmpty()
                ? Optional.empty()
                : Optional.of(new MarketClose(feed, closeTimeMillis, wanted));
    }

    /**
     * What everything that follows from this close has in common: {@code <feed>@<close time in
     * ms>}. Log lines, traces and signals carry it as {@code correlation}.
     */
    public String correlation() {
        return correlation(feed, closeTimeMillis);
    }

    /**
     * The same of a close that is known by name only.
     *
     * @param closeTimeMillis milliseconds since the Unix epoch (UTC)
     */
    public static String correlation(String feed, long closeTimeMillis) {
        return feed + "@" + closeTimeMillis;
    }
}
