package io.auspex.exchange;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one life of a connection has asked for and what became of it. A message that is refused says
 * nothing of its single symbols: each of them is asked for once more, alone. So at most one message
 * a symbol and one a full message are ever sent. For one thread.
 */
final class Subscriptions {

    private final ExchangeProtocol protocol;
    private final Timeframe timeframe;
    private final Deque<List<Symbol>> unsent = new ArrayDeque<>();
    private final Map<Integer, List<Symbol>> unanswered = new HashMap<>();
    private int lastId;
    private int held;

    Subscriptions(ExchangeProtocol protocol, List<Symbol> symbols, Timeframe timeframe) {
        this.protocol = protocol;
        this.timeframe = timeframe;
        int most = protocol.symbolsAMessage();
        for (int from = 0; from < symbols.size(); from += most) {
            unsent.add(List.copyOf(symbols.subList(from, Math.min(from + most, symbols.size()))));
        }
    }

    boolean hasNext() {
        return !unsent.isEmpty();
    }

    /** The next message, which counts as sent from now on; ids count from 1. */
    String next() {
        List<Symbol> symbols = unsent.remove();
        unanswered.put(++lastId, symbols);
        return protocol.subscription(lastId, symbols, timeframe);
    }

    /** Whether every symbol is subscribed to or refused. */
    boolean isSettled() {
        return unsent.isEmpty() && unanswered.isEmpty();
    }

    /** Symbols that are subscribed to. */
    int held() {
        return held;
    }

    /**
     * The message with that id holds.
     *
     * @return whether it was waited for
     */
    boolean holds(int id) {
        List<Symbol> symbols = unanswered.remove(id);
        if (symbols == null) {
            return false;
        }
        held += symbols.size();
        return true;
    }

    /** Whether that message still waits for its answer. */
    boolean awaits(int id) {
        return unanswered.containsKey(id);
    }

    /** Whether that message is of one symbol alone. */
    boolean isOfOne(int id) {
        return unanswered.getOrDefault(id, List.of()).size() == 1;
    }

    /**
     * An awaited message was refused.
     *
     * @return the symbol that is refused for itself; empty when several are to be asked for alone
     */
    Optional<Symbol> refused(int id) {
        List<Symbol> symbols = unanswered.remove(id);
        if (symbols == null) {
            throw new IllegalArgumentException("not awaited: " + id);
        }
        if (symbols.size() == 1) {
            return Optional.of(symbols.getFirst());
        }
        symbols.forEach(symbol -> unsent.add(List.of(symbol)));
        return Optional.empty();
    }
}
