package io.auspex.ensemble;

import io.auspex.market.Symbol;
import io.auspex.signals.Action;
import io.auspex.signals.Decision;
import io.auspex.trades.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Trades on paper by a member's own signals: one position a symbol at most, of one unit, entered at
 * the close of the signal and left by the {@link ExitRule}. One owner.
 */
final class PaperTrader {

    private final String member;
    private final ExitRule exits;
    private final Map<Symbol, Open> open = new TreeMap<>();

    /** A position, as it is stored. */
    record Open(
            Symbol symbol,
            Direction direction,
            long entryMillis,
            double entryPrice,
            double confidence) {}

    PaperTrader(String member, ExitRule exits, List<Open> positions) {
        this.member = member;
        this.exits = exits;
        positions.forEach(position -> open.put(position.symbol(), position));
    }

    /** Positions that are not closed yet, by symbol. */
    List<Open> open() {
        return new ArrayList<>(open.values());
    }

    /**
     * Takes what a member says of a symbol at a close.
     *
     * @return the trade that ends there; with the opposite signal another begins at once
     */
    Optional<PaperTrade> see(
            Symbol symbol, long closeMillis, double price, @Nullable Decision decision) {
        Direction said = decision == null ? null : direction(decision);
        Open position = open.get(symbol);
        Optional<PaperTrade> closed = Optional.empty();
        if (position != null) {
            ExitRule.Reason reason = reasonToLeave(position, closeMillis, price, said);
            if (reason != null) {
                open.remove(symbol);
                closed = Optional.of(trade(position, closeMillis, price, reason));
            }
        }
        if (decision != null && said != null && !open.containsKey(symbol)) {
            open.put(
                    symbol,
                    new Open(
                            symbol,
                            said,
                            closeMillis,
                            price,
                            Objects.requireNonNull(decision.confidence())));
        }
        return closed;
    }

    private ExitRule.@Nullable Reason reasonToLeave(
            Open position, long closeMillis, double price, @Nullable Direction said) {
        if (gross(position, price) <= -exits.stop()) {
            return ExitRule.Reason.STOP;
        }
        if (said != null && said != position.direction()) {
            return ExitRule.Reason.OPPOSITE_SIGNAL;
        }
        return closeMillis - position.entryMillis() >= exits.horizonMillis()
                ? ExitRule.Reason.HORIZON
                : null;
    }

    private PaperTrade trade(
            Open position, long closeMillis, double price, ExitRule.Reason reason) {
        return new PaperTrade(
                member,
                position.symbol(),
                position.direction(),
                position.entryMillis(),
                position.entryPrice(),
                closeMillis,
                price,
                gross(position, price) - exits.roundTripFee(),
                position.confidence(),
                reason);
    }

    private static double gross(Open position, double price) {
        double change = price / position.entryPrice() - 1;
        return position.direction() == Direction.LONG ? change : -change;
    }

    private static @Nullable Direction direction(Decision decision) {
        if (decision.action() == Action.BUY) {
            return Direction.LONG;
        }
        return decision.action() == Action.SELL ? Direction.SHORT : null;
    }
}
