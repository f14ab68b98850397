package io.auspex.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.platform.Failure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LearningTest {

    private static final LearningRule FREE = new LearningRule(0.5, 1, 1, 0, 1, 0.01);
    private static final LearningRule RULE = new LearningRule(0.01, 1.5, 0.8, 0.02, 0.8, 0.01);
    private static final List<String> MEMBERS = List.of("a", "b", "c");

    /** By hand: exp(0.5) for the one of two, so that the odds are e^0.5 : 1. */
    @Test
    void withoutBoundsItIsTheExponentiatedGradient() {
        Learning learning = new Learning(FREE, Map.of("a", 1.0, "b", 1.0), Learning.State.FRESH);
        Learning.Moved moved = learning.learn("a", 0.01);
        assertThat(moved.before()).isCloseTo(0.5, within(1e-12));
        assertThat(moved.gain()).isEqualTo(1);
        assertThat(moved.after()).isCloseTo(Math.exp(0.5) / (Math.exp(0.5) + 1), within(1e-9));
        // Twice the full return counts no more, and a loss takes it back.
        learning.learn("a", -0.02);
        assertThat(learning.weights().get("a")).isCloseTo(0.5, within(1e-9));
    }

    /** The definition: the nearest point, by relative entropy, of those within the bounds. */
    @Property(tries = 60, seed = "11")
    void theProjectionIsTheNearestPointWithinTheBounds(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, Double> base = new HashMap<>();
        Map<String, Long> scores = new HashMap<>();
        for (String member : MEMBERS) {
            base.put(member, 0.05 + random.nextDouble());
            scores.put(member, LearningRule.units(3 * random.nextGaussian()));
        }
        SortedMap<String, Double> weights = RULE.weights(base, scores);
        assertThat(weights.values().stream().mapToDouble(w -> w).sum()).isCloseTo(1, within(1e-9));
        assertThat(weights.values()).allMatch(w -> w >= RULE.floor() && w <= RULE.cap());
        double nearest = divergence(weights, base, scores);
        for (int i = 0; i < 300; i++) {
            Map<String, Double> other = new HashMap<>();
            double left = 1 - 3 * RULE.floor();
            double first = random.nextDouble() * left;
            double second = random.nextDouble() * (left - first);
            other.put("a", RULE.floor() + first);
            other.put("b", RULE.floor() + second);
            other.put("c", RULE.floor() + left - first - second);
            if (other.values().stream().allMatch(w -> w <= RULE.cap())) {
                assertThat(divergence(other, base, scores)).isGreaterThanOrEqualTo(nearest - 1e-9);
            }
        }
    }

    private static double divergence(
            Map<String, Double> weights, Map<String, Double> base, Map<String, Long> scores) {
        double sum = 0;
        for (String member : MEMBERS) {
            double w = weights.get(member);
            sum +=
                    w
                            * (Math.log(w)
                                    - Math.log(base.get(member))
                                    - LearningRule.value(scores.get(member)));
        }
        return sum;
    }

    /** Whichever trades there are and whatever their order: each can be taken away exactly. */
    @Property(tries = 50, seed = "12")
    void aTradeIsTakenBackExactly(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, Double> base = Map.of("a", 0.25, "b", 0.35, "c", 0.4);
        Learning with = new Learning(RULE, base, Learning.State.FRESH);
        List<Learning.State> parts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Learning.State before = with.state();
            with.learn(MEMBERS.get(random.nextInt(3)), random.nextGaussian() / 100);
            parts.add(with.state().since(before));
        }
        Learning.State state = with.state();
        Collections.shuffle(parts, random);
        for (int i = 0; i < parts.size(); i++) {
            state = state.without(parts.get(i));
            Learning.State left = Learning.State.FRESH;
            for (Learning.State part : parts.subList(i + 1, parts.size())) {
                left = plus(left, part);
            }
            assertThat(state).isEqualTo(left);
            assertThat(new Learning(RULE, base, state).weights())
                    .isEqualTo(new Learning(RULE, base, left).weights());
        }
        assertThat(state).isEqualTo(Learning.State.FRESH);
    }

    private static Learning.State plus(Learning.State a, Learning.State b) {
        return a.since(Learning.State.FRESH.since(b));
    }

    /** Also when somebody chooses the returns against it. */
    @Property(tries = 40, seed = "13")
    void theRegretKeepsItsBoundWhateverComes(@ForAll long seed) {
        Random random = new Random(seed);
        LearningRule rule =
                new LearningRule(0.001 + 0.3 * random.nextDouble(), 1.5, 0.8, 0.05, 0.7, 0.01);
        Learning learning =
                new Learning(rule, Map.of("a", 1.0, "b", 2.0, "c", 3.0), Learning.State.FRESH);
        for (int i = 0; i < 800; i++) {
            boolean against = random.nextInt(3) > 0;
            String favourite =
                    Collections.max(learning.weights().entrySet(), Map.Entry.comparingByValue())
                            .getKey();
            learning.learn(
                    against ? favourite : MEMBERS.get(random.nextInt(3)),
                    against ? -0.02 : random.nextGaussian() / 100);
        }
        Learning.Regret regret = learning.regret();
        assertThat(regret.regretWithinBounds()).isLessThanOrEqualTo(regret.bound() + 1e-6);
    }

    /** Without the excess taken off, the multipliers alone would pay 0.35 a trade of full size. */
    @Test
    void multipliersAlonePayNobodyForTrading() {
        Random random = new Random(5);
        Learning learning = new Learning(RULE, Map.of("a", 1.0, "b", 1.0), Learning.State.FRESH);
        double gains = 0;
        int trades = 20_000;
        for (int i = 0; i < trades; i++) {
            gains += learning.learn("a", random.nextGaussian() / 100).gain();
        }
        // A fair coin's standard error here is 1.15 x 0.7 / sqrt(20,000), about 0.006.
        assertThat(gains / trades).isCloseTo(0, within(0.02));
    }

    @Test
    void boundsThatCannotBeKeptAreRefused() {
        assertThat(RULE.isFeasible(1)).isFalse();
        assertThat(RULE.isFeasible(2)).isTrue();
        assertThat(RULE.isFeasible(51)).isFalse();
        assertThatThrownBy(() -> RULE.weights(Map.of("a", 1.0), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LearningRule(0, 1, 1, 0, 1, 0.01))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("learning_rate must be in (0, 1]");
        assertThatThrownBy(() -> new LearningRule(0.1, Double.NaN, 1, 0, 1, 0.01))
                .hasMessageContaining("reward_multiplier");
    }
}
