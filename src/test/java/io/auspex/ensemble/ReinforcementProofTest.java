package io.auspex.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.market.MarketClose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On simulated markets whose truth is known: what is learnt is who is right, and nothing else. */
class ReinforcementProofTest {

    private static final double FLOOR = 0.05;
    private static final double CAP = 0.8;
    private static final LearningRule RULE = new LearningRule(0.01, 1.5, 0.8, FLOOR, CAP, 0.01);

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void theHarmfulMemberFallsToTheFloorAndTheRegretKeepsItsBound(long seed) {
        SimulatedMembers market = SimulatedMembers.of(seed, 45);
        Replay replay =
                SimulatedMembers.replay(
                        RULE,
                        List.of(market.good(), market.useless("useless", seed), market.harmful()),
                        Replay.State.FRESH);
        Map<String, Double> pnl = new HashMap<>();
        for (MarketClose close : market.closes()) {
            for (Replay.Closed closed : replay.accept(close)) {
                pnl.merge(closed.trade().member(), closed.trade().pnl(), Double::sum);
            }
        }
        Map<String, Double> weights = replay.learning().weights();
        Learning.Regret regret = replay.learning().regret();
        assertThat(weights.get("harmful")).isEqualTo(FLOOR);
        assertThat(weights.get("good")).isCloseTo(CAP, within(0.05));
        assertThat(weights.values().stream().mapToDouble(w -> w).sum()).isCloseTo(1, within(1e-9));
        assertThat(regret.bestMember()).isEqualTo("good");
        assertThat(regret.regretWithinBounds()).isLessThanOrEqualTo(regret.bound());
        // What the ensemble earned while it found out is not far from what the best member did.
        assertThat(pnl.get(Members.ENSEMBLE)).isGreaterThan(0.85 * pnl.get("good"));
        assertThat(pnl.get("good")).isPositive();
        assertThat(pnl.get("harmful")).isNegative();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void withThreeUselessMembersNoWeightRunsAway(long seed) {
        SimulatedMembers market = SimulatedMembers.of(seed, 30);
        Replay replay =
                SimulatedMembers.replay(
                        RULE,
                        List.of(
                                market.useless("a", 10 * seed + 1),
                                market.useless("b", 10 * seed + 2),
                                market.useless("c", 10 * seed + 3)),
                        Replay.State.FRESH);
        double most = 0;
        for (MarketClose close : market.closes()) {
            replay.accept(close);
            most =
                    Math.max(
                            most,
                            replay.learning().weights().values().stream()
                                    .mapToDouble(w -> w)
                                    .max()
                                    .orElseThrow());
        }
        assertThat(replay.learning().state().trades()).isGreaterThan(1_000);
        assertThat(most).isLessThan(0.6);
        assertThat(replay.learning().weights().values()).allMatch(weight -> weight > 0.12);
    }

    /** A restart goes on from a stored state, and ends with the same bits. */
    @Test
    void aReplayInPartsIsTheSameAsInOneGo() {
        SimulatedMembers market = SimulatedMembers.of(3, 6);
        List<Member> members = List.of(market.good(), market.harmful());
        Replay whole = SimulatedMembers.replay(RULE, members, Replay.State.FRESH);
        List<Replay.Closed> all = new ArrayList<>();
        market.closes().forEach(close -> all.addAll(whole.accept(close)));

        List<Replay.Closed> inParts = new ArrayList<>();
        Replay.State state = Replay.State.FRESH;
        for (int from = 0; from < market.closes().size(); from += 500) {
            String stored = JsonColumns.write(state);
            Replay part =
                    SimulatedMembers.replay(
                            RULE, members, JsonColumns.read(stored, Replay.State.class));
            market.closes()
                    .subList(from, Math.min(from + 500, market.closes().size()))
                    .forEach(close -> inParts.addAll(part.accept(close)));
            state = part.state();
        }
        assertThat(inParts).isEqualTo(all).isNotEmpty();
        assertThat(state).isEqualTo(whole.state());
    }
}
