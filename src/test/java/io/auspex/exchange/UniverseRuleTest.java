package io.auspex.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Ranks 1 to 100 stay, 1 to 50 enter: what does not stay there changes nothing. */
class UniverseRuleTest {

    private static final UniverseRule RULE = new UniverseRule(100, 50, 3, 7);
    private static final List<Symbol> ALL =
            IntStream.range(0, 200).mapToObj("S%03d"::formatted).map(Symbol::new).toList();

    @Test
    void theFirstRankingFillsTheUniverse() {
        assertThat(RULE.next(Universe.EMPTY, ALL).members()).isEqualTo(ALL.subList(0, 100));
        assertThat(RULE.next(Universe.EMPTY, ALL.subList(0, 20)).members())
                .isEqualTo(ALL.subList(0, 20));
    }

    @Test
    void aSymbolEntersOnTheThirdDayAmongTheFirstFiftyAndLeavesOnTheSeventhOutsideOfTheHundred() {
        Universe universe = RULE.next(Universe.EMPTY, ALL);
        Symbol riser = ALL.get(150);
        List<Symbol> risen = moved(riser, 10);
        for (int day = 1; day <= 3; day++) {
            universe = RULE.next(universe, risen);
            assertThat(universe.members().contains(riser)).as("day %d", day).isEqualTo(day == 3);
        }
        List<Symbol> fallen = moved(riser, 120);
        for (int day = 1; day <= 7; day++) {
            universe = RULE.next(universe, fallen);
            assertThat(universe.members().contains(riser)).as("day %d", day).isEqualTo(day < 7);
        }
    }

    @Property(tries = 200)
    void aSymbolThatFlickersAroundARankNeitherEntersNorLeaves(
            @ForAll @IntRange(min = 1, max = 1_000_000) int seed) {
        Random random = new Random(seed);
        Universe universe = RULE.next(Universe.EMPTY, ALL);
        Symbol stranger = ALL.get(150);
        Symbol member = ALL.get(99);
        int within = 0;
        int outside = 0;
        for (int day = 0; day < 200; day++) {
            // Never three days in a row within 50, never seven outside of 100.
            boolean up = within < 2 && random.nextBoolean();
            within = up ? within + 1 : 0;
            boolean down = outside < 6 && random.nextInt(10) > 0;
            outside = down ? outside + 1 : 0;
            List<Symbol> ranking = new ArrayList<>(ALL);
            ranking.remove(stranger);
            ranking.remove(member);
            ranking.add(down ? 100 + random.nextInt(50) : random.nextInt(90), member);
            // After the other: its place must be the final one.
            ranking.add(up ? random.nextInt(50) : 51 + random.nextInt(49), stranger);
            if (down && ranking.indexOf(member) < 100) {
                throw new AssertionError("the test is wrong");
            }
            universe = RULE.next(universe, ranking);
            assertThat(universe.members()).contains(member).doesNotContain(stranger);
        }
    }

    @Property(tries = 100)
    void whateverTheRankingsAreTheUniverseStaysWithinItsBound(
            @ForAll @IntRange(min = 1, max = 1_000_000) int seed) {
        Random random = new Random(seed);
        UniverseRule rule = new UniverseRule(10, 4, 1, 30);
        Universe universe = Universe.EMPTY;
        Set<Symbol> ever = new HashSet<>();
        for (int day = 0; day < 60; day++) {
            List<Symbol> ranking = new ArrayList<>(ALL);
            Collections.shuffle(ranking, random);
            List<Symbol> top = ranking.subList(0, random.nextInt(1, 40));
            Set<Symbol> before = new HashSet<>(universe.members());
            universe = rule.next(universe, top);
            ever.addAll(universe.members());
            assertThat(universe.members()).isSorted().hasSizeBetween(1, 14);
            // Nobody within the first ten is ever thrown out.
            before.retainAll(top.subList(0, Math.min(10, top.size())));
            assertThat(universe.members()).containsAll(before);
        }
        assertThat(ever).hasSizeGreaterThan(14);
    }

    @Test
    void aRuleThatCannotWorkIsRefused() {
        assertThatThrownBy(() -> new UniverseRule(50, 100, 3, 7))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new UniverseRule(50, 10, 0, 7))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The ranking with one symbol at another place. */
    private static List<Symbol> moved(Symbol symbol, int place) {
        List<Symbol> ranking = new ArrayList<>(ALL);
        ranking.remove(symbol);
        ranking.add(place, symbol);
        return ranking;
    }
}
