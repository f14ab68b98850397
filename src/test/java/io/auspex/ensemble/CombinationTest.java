package io.auspex.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.model.Head;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class CombinationTest {

    @Property(tries = 300, seed = "1")
    void oneMemberIsItself(
            @ForAll long seed, @ForAll @Scale(6) @DoubleRange(min = 1e-3, max = 50) double w) {
        Map<Head, Double> heads = heads(new Random(seed));
        Map<Head, Double> combined = Combination.of(List.of(new Voice("a", w, heads)));
        heads.forEach(
                (head, value) -> assertThat(combined.get(head)).isCloseTo(value, within(1e-12)));
    }

    /** Bit for bit: sums are taken in the order of names. */
    @Property(tries = 300, seed = "2")
    void theOrderOfVoicesChangesNothing(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int n) {
        Random random = new Random(seed);
        List<Voice> voices = voices(random, n);
        List<Voice> shuffled = new ArrayList<>(voices);
        Collections.shuffle(shuffled, random);
        assertThat(Combination.of(shuffled)).isEqualTo(Combination.of(voices));
    }

    @Property(tries = 300, seed = "3")
    void onlyTheRatiosOfWeightsCount(
            @ForAll long seed,
            @ForAll @Scale(6) @DoubleRange(min = 1e-6, max = 1e6) double factor) {
        List<Voice> voices = voices(new Random(seed), 4);
        List<Voice> scaled =
                voices.stream()
                        .map(v -> new Voice(v.member(), v.weight() * factor, v.heads()))
                        .toList();
        Map<Head, Double> one = Combination.of(voices);
        Combination.of(scaled)
                .forEach(
                        (head, value) -> assertThat(value).isCloseTo(one.get(head), within(1e-12)));
    }

    /** Between the least and the greatest of what was said, and never more than 1 together. */
    @Property(tries = 300, seed = "4")
    void liesBetweenItsMembersAndStaysADistribution(@ForAll long seed) {
        List<Voice> voices = voices(new Random(seed), 3);
        Map<Head, Double> combined = Combination.of(voices);
        for (Head head : combined.keySet()) {
            double least =
                    voices.stream().mapToDouble(v -> v.heads().get(head)).min().orElseThrow();
            double most = voices.stream().mapToDouble(v -> v.heads().get(head)).max().orElseThrow();
            assertThat(combined.get(head)).isBetween(least - 1e-12, most + 1e-12);
        }
        assertThat(combined.get(Head.P_UP) + combined.get(Head.P_DOWN))
                .isLessThanOrEqualTo(1 + 1e-12);
    }

    /** By hand: log-odds of 0.8 and 0.5 are ln 4 and 0, their mean ln 2, which is 2/3. */
    @Test
    void isTheMeanOfLogOddsAndOfReturns() {
        Map<Head, Double> sure = heads(0.8, 0.1, 0.02, 0.05);
        Map<Head, Double> unsure = heads(0.5, 0.1, -0.01, 0.05);
        Map<Head, Double> combined =
                Combination.of(List.of(new Voice("a", 1, sure), new Voice("b", 1, unsure)));
        assertThat(combined.get(Head.P_UP)).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(combined.get(Head.P_DOWN)).isCloseTo(0.1, within(1e-12));
        assertThat(combined.get(Head.EXPECTED_RETURN)).isCloseTo(0.005, within(1e-15));
    }

    @Test
    void certaintyIsClampedSoThatNobodyOutvotesForEver() {
        Map<Head, Double> certain = heads(1, 0, 0, 0);
        Map<Head, Double> alone = Combination.of(List.of(new Voice("a", 1, certain)));
        assertThat(alone.get(Head.P_UP)).isCloseTo(1 - Combination.SUREST, within(1e-12));
        assertThat(alone.get(Head.P_DOWN)).isCloseTo(Combination.SUREST, within(1e-12));
        Map<Head, Double> both =
                Combination.of(
                        List.of(new Voice("a", 1, certain), new Voice("b", 1, heads(0, 1, 0, 0))));
        assertThat(both.get(Head.P_UP)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void refusesWhatCannotBeCombined() {
        assertThatThrownBy(() -> Combination.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Voice("a", 0, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        Combination.of(List.of(new Voice("a", 1, heads(0.5, Double.NaN, 0, 0)))))
                .hasMessageContaining("p_down");
    }

    private static List<Voice> voices(Random random, int n) {
        List<Voice> voices = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            voices.add(new Voice("m" + i, 0.01 + random.nextDouble(), heads(random)));
        }
        return voices;
    }

    private static Map<Head, Double> heads(Random random) {
        double up = 0.001 + 0.998 * random.nextDouble();
        return heads(
                up,
                0.001 + 0.998 * (1 - up) * random.nextDouble(),
                random.nextGaussian() / 100,
                0.001 + 0.2 * random.nextDouble());
    }

    static Map<Head, Double> heads(double up, double down, double expected, double stop) {
        Map<Head, Double> heads = new EnumMap<>(Head.class);
        heads.put(Head.P_UP, up);
        heads.put(Head.P_DOWN, down);
        heads.put(Head.EXPECTED_RETURN, expected);
        heads.put(Head.P_STOP, stop);
        return heads;
    }
}
