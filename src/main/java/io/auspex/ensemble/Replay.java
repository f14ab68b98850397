package io.auspex.ensemble;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.signals.Decision;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Expiry;
import io.auspex.signals.PendingSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Plays past closes to members that trade on paper, each on its own signals and all together as the
 * ensemble, and lets every closed trade of a member move its weight. What is asked and combined is
 * asked and combined by the code of the live path. Deterministic: the same closes, members and
 * state give the same trades and weights, bit for bit, in one go or in several. One owner.
 */
final class Replay {

    /** Nobody is late in the past. */
    private static final Duration NO_DEADLINE = Duration.ofMinutes(1);

    private final EnsembleMaker maker;
    private final DecisionRule rule;
    private final List<Member> members;
    private final Past past;
    private final long revision;
    private final Learning learning;
    private final Map<String, PaperTrader> traders = new LinkedHashMap<>();

    /** Makes of a past close what members are asked with. */
    @FunctionalInterface
    interface Past {
        Question question(MarketClose close);
    }

    /**
     * A trade that was closed.
     *
     * @param moved what it did to its member's weight; null for the ensemble's own
     */
    record Closed(PaperTrade trade, Learning.@Nullable Moved moved) {}

    /**
     * What a replay goes on from.
     *
     * @param open positions by member
     */
    record State(Learning.State learning, Map<String, List<PaperTrader.Open>> open) {

        static final State FRESH = new State(Learning.State.FRESH, Map.of());
    }

    /**
     * @param members those with a weight in {@code base}
     * @param revision of the weights that it begins with
     */
    Replay(
            DecisionRule rule,
            ExitRule exits,
            LearningRule learning,
            List<? extends Member> members,
            Map<String, Double> base,
            long revision,
            Past past,
            State state) {
        this.rule = rule;
        this.maker = new EnsembleMaker(rule, Expiry.UNTIL_THE_NEXT_CLOSE, NO_DEADLINE);
        this.members = List.copyOf(members);
        this.past = past;
        this.revision = revision;
        this.learning = new Learning(learning, base, state.learning());
        for (Member member : members) {
            addTrader(member.name(), exits, state);
        }
        addTrader(Members.ENSEMBLE, exits, state);
    }

    private void addTrader(String name, ExitRule exits, State state) {
        traders.put(name, new PaperTrader(name, exits, state.open().getOrDefault(name, List.of())));
    }

    /**
     * What came of a close.
     *
     * @param signals of the ensemble
     * @param closed the trades that ended with it, in the order in which they count
     */
    record Step(List<PendingSignal> signals, List<Closed> closed) {}

    /** Takes the next close; the trades that ended with it, in the order in which they count. */
    List<Closed> accept(MarketClose close) {
        return step(past.question(close)).closed();
    }

    /** Takes the next close as it is asked about. */
    Step step(Question question) {
        MarketClose close = question.close();
        Weights weights =
                new Weights(
                        revision,
                        learning.weights(),
                        Instant.ofEpochMilli(close.closeTimeMillis()));
        EnsembleMaker.Made made = maker.signals(question, weights, members);
        List<Closed> closed = new ArrayList<>();
        for (int i = 0; i < close.candles().size(); i++) {
            Candle candle = close.candles().get(i);
            Map<String, Vote> votes = made.ballots().get(i).votes();
            for (Member member : members) {
                Decision decision =
                        votes.get(member.name()) instanceof Vote.Said said
                                ? rule.decide(said.heads())
                                : null;
                see(member.name(), close, candle, decision)
                        .ifPresent(trade ->
                                closed.add(
                                        new Closed(
                                                trade,
                                                learning.learn(member.name(), trade.pnl()))));
            }
            PendingSignal together = made.signals().get(i);
            see(Members.ENSEMBLE, close, candle, together.decision())
                    .ifPresent(trade -> closed.add(new Closed(trade, null)));
        }
        return new Step(made.signals(), closed);
    }

    private Optional<PaperTrade> see(
            String name, MarketClose close, Candle candle, @Nullable Decision decision) {
        return Objects.requireNonNull(traders.get(name))
                .see(candle.symbol(), close.closeTimeMillis(), candle.close(), decision);
    }

    Learning learning() {
        return learning;
    }

    /** As of the last close. */
    State state() {
        Map<String, List<PaperTrader.Open>> open = new LinkedHashMap<>();
        traders.forEach((name, trader) -> open.put(name, trader.open()));
        return new State(learning.state(), open);
    }
}
