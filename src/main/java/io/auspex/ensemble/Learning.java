package io.auspex.ensemble;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Weights that learn from closed trades, one after the other, and what that is worth in hindsight.
 * Everything that is summed is a whole number, so that a state that was stored and read goes on to
 * the same bits. One owner.
 */
final class Learning {

    private final LearningRule rule;
    private final SortedMap<String, Double> base;
    private State state;
    private SortedMap<String, Double> weights;

    /**
     * All that changes, as it is stored.
     *
     * @param scores sum of each member's steps, in units of {@code 1e-12}
     * @param gains sum of each member's gains, likewise
     * @param trades that were learnt from
     * @param moves sum of their {@code |move|}, likewise
     * @param gained sum of the gains times the weight that their member had, likewise
     * @param squares sum of the squared gains, likewise
     */
    record State(
            SortedMap<String, Long> scores,
            SortedMap<String, Long> gains,
            long trades,
            long moves,
            long gained,
            long squares) {

        static final State FRESH = new State(new TreeMap<>(), new TreeMap<>(), 0, 0, 0, 0);

        State {
            scores = Collections.unmodifiableSortedMap(new TreeMap<>(scores));
            gains = Collections.unmodifiableSortedMap(new TreeMap<>(gains));
        }

        /** What came to it since an earlier state. */
        State since(State earlier) {
            return new State(
                    difference(scores, earlier.scores),
                    difference(gains, earlier.gains),
                    trades - earlier.trades,
                    moves - earlier.moves,
                    gained - earlier.gained,
                    squares - earlier.squares);
        }

        /** The same without something that came to it. */
        State without(State part) {
            return since(part);
        }

        private static SortedMap<String, Long> difference(
                SortedMap<String, Long> from, SortedMap<String, Long> part) {
            SortedMap<String, Long> difference = new TreeMap<>(from);
            part.forEach((member, units) -> difference.merge(member, -units, Long::sum));
            difference.values().removeIf(units -> units == 0);
            return difference;
        }

        double meanMove() {
            return trades == 0 ? 0 : LearningRule.value(moves) / trades;
        }
    }

    /**
     * A member's weight before and after one of its trades.
     *
     * @param gain of the trade
     */
    record Moved(double before, double after, double gain) {}

    /**
     * What a learner has to answer for.
     *
     * @param gained sum over trades of gain times weight
     * @param bestMember whose gains sum to most
     * @param bestGain that sum
     * @param regret {@code bestGain - gained}: against the best fixed member, alone
     * @param bestWithinBounds what the best fixed weights within floor and cap would have gained
     * @param regretWithinBounds against those
     * @param bound that theory gives for the latter
     * @param trades learnt from
     */
    record Regret(
            double gained,
            String bestMember,
            double bestGain,
            double regret,
            double bestWithinBounds,
            double regretWithinBounds,
            double bound,
            long trades) {}

    /**
     * @param base more than 0 each, any sum
     */
    Learning(LearningRule rule, Map<String, Double> base, State state) {
        this.rule = rule;
        // At first the weights are projected too: the bound is about weights within the bounds.
        this.base = rule.weights(base, Map.of());
        this.state = state;
        this.weights = rule.weights(this.base, state.scores());
    }

    /** In force now: of every member, summing to 1. */
    SortedMap<String, Double> weights() {
        return new TreeMap<>(weights);
    }

    State state() {
        return state;
    }

    /** Rewards or punishes a member for a closed trade. */
    Moved learn(String member, double tradeReturn) {
        double before = Objects.requireNonNull(weights.get(member), member);
        double gain = rule.gain(tradeReturn, state.meanMove());
        SortedMap<String, Long> scores = new TreeMap<>(state.scores());
        scores.merge(member, rule.step(gain), Long::sum);
        SortedMap<String, Long> gains = new TreeMap<>(state.gains());
        gains.merge(member, LearningRule.units(gain), Long::sum);
        state =
                new State(
                        scores,
                        gains,
                        state.trades() + 1,
                        state.moves() + LearningRule.units(Math.abs(rule.move(tradeReturn))),
                        state.gained() + LearningRule.units(before * gain),
                        state.squares() + LearningRule.units(gain * gain));
        weights = rule.weights(base, scores);
        return new Moved(before, Objects.requireNonNull(weights.get(member)), gain);
    }

    Regret regret() {
        Map<String, Double> gains = new HashMap<>();
        base.keySet()
                .forEach(member ->
                        gains.put(
                                member,
                                LearningRule.value(state.gains().getOrDefault(member, 0L))));
        Map.Entry<String, Double> best =
                gains.entrySet().stream()
                        .max(
                                Map.Entry.<String, Double>comparingByValue()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .orElseThrow();
        SortedMap<String, Double> within = rule.best(gains);
        double bestWithin = 0;
        for (Map.Entry<String, Double> member : within.entrySet()) {
            bestWithin += member.getValue() * gains.getOrDefault(member.getKey(), 0.0);
        }
        double gained = LearningRule.value(state.gained());
        return new Regret(
                gained,
                best.getKey(),
                best.getValue(),
                best.getValue() - gained,
                bestWithin,
                bestWithin - gained,
                rule.regretBound(base, within, LearningRule.value(state.squares())),
                state.trades());
    }
}
