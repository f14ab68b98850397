package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Candles on their way to become closes. There is one next close; it leaves when every symbol has
 * its candle or is known to have none, and never comes back. Candles in front of it wait, candles
 * behind it are late. Pure; one thread.
 */
final class PendingCloses {

    /** What became of a candle that was put in. */
    enum Placed {
        /** It waits for its close. */
        WAITS,
        /** The same is here or has been handed over. */
        KNOWN,
        /** Its close has gone, without it or with another version of it. */
        LATE,
        /** Another version waits already: the first one stays. */
        DIFFERS,
        /** Nobody asked for that symbol, or it is impossibly far ahead. */
        UNWANTED
    }

    /** Closes that may wait at the same time; what is further ahead is fetched when it is due. */
    static final int MOST_WAITING = 5_000;

    /** A symbol without a candle in so many closes in a row is not waited for any more. */
    static final int QUIET_AFTER = 3;

    private static final int REMEMBERED_CLOSES = 4;

    private final String feed;
    private final Timeframe timeframe;
    private final Set<Symbol> symbols;
    private final TreeMap<Long, TreeMap<Symbol, Candle>> waiting = new TreeMap<>();
    private final TreeMap<Long, Map<Symbol, Candle>> gone = new TreeMap<>();
    private final Set<Symbol> absent = new HashSet<>();
    private final Map<Symbol, Integer> absences = new HashMap<>();
    private long nextClose;

    PendingCloses(
            String feed, Timeframe timeframe, Collection<Symbol> symbols, long nextCloseMillis) {
        this.feed = feed;
        this.timeframe = timeframe;
        this.symbols = new TreeSet<>(symbols);
        this.nextClose = nextCloseMillis;
    }

    /** The close that leaves next, milliseconds since the Unix epoch (UTC). */
    long nextCloseMillis() {
        return nextClose;
    }

    Placed put(Candle candle) {
        long close = candle.closeTimeMillis();
        if (!symbols.contains(candle.symbol())
                || close >= nextClose + MOST_WAITING * timeframe.millis()) {
            return Placed.UNWANTED;
        }
        if (close < nextClose) {
            Map<Symbol, Candle> handed = gone.getOrDefault(close, Map.of());
            return candle.equals(handed.get(candle.symbol())) ? Placed.KNOWN : Placed.LATE;
        }
        Candle before =
                waiting.computeIfAbsent(close, _ -> new TreeMap<>())
                        .putIfAbsent(candle.symbol(), candle);
        if (before == null) {
            absences.remove(candle.symbol());
            return Placed.WAITS;
        }
        return before.equals(candle) ? Placed.KNOWN : Placed.DIFFERS;
    }

    /** Whether a candle of the next close or of a later one is here. */
    boolean hasAny() {
        return !waiting.isEmpty();
    }

    /** Whether a candle of the next close is here. */
    boolean hasNext() {
        return waiting.containsKey(nextClose);
    }

    /** The last close that has a candle here. */
    Optional<Long> lastWaiting() {
        return waiting.isEmpty() ? Optional.empty() : Optional.of(waiting.lastKey());
    }

    /** Whether nobody is waited for any more. */
    boolean isReady() {
        return missing().isEmpty();
    }

    /** Symbols whose candle of the next close is waited for, ordered. */
    List<Symbol> missing() {
        SortedMap<Symbol, Candle> here = waiting.getOrDefault(nextClose, new TreeMap<>());
        return symbols.stream()
                .filter(symbol -> !here.containsKey(symbol))
                .filter(symbol -> !absent.contains(symbol))
                .filter(symbol -> !hasNext() || !isQuiet(symbol))
                .toList();
    }

    /** The exchange has no candle of the symbol at the next close. */
    void isAbsent(Symbol symbol) {
        absent.add(symbol);
    }

    /** The symbols that the next close would leave without. */
    List<Symbol> without() {
        SortedMap<Symbol, Candle> here = waiting.getOrDefault(nextClose, new TreeMap<>());
        return symbols.stream().filter(symbol -> !here.containsKey(symbol)).toList();
    }

    /** Takes the next close as it is, and moves on; empty when there is no candle of it. */
    Optional<MarketClose> take() {
        without().forEach(symbol -> absences.merge(symbol, 1, Integer::sum));
        absent.clear();
        TreeMap<Symbol, Candle> taken = waiting.remove(nextClose);
        long close = nextClose;
        nextClose += timeframe.millis();
        if (taken == null) {
            return Optional.empty();
        }
        gone.put(close, taken);
        if (gone.size() > REMEMBERED_CLOSES) {
            gone.pollFirstEntry();
        }
        return Optional.of(new MarketClose(feed, close, List.copyOf(taken.values())));
    }

    private boolean isQuiet(Symbol symbol) {
        return absences.getOrDefault(symbol, 0) >= QUIET_AFTER;
    }
}
