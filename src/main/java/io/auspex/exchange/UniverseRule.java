package io.auspex.exchange;

import io.auspex.exchange.Universe.Standing;
import io.auspex.market.Symbol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * When a symbol enters and leaves. The first ranking fills the universe. After that a symbol enters
 * that ranks among the first {@code daily} so many rankings in a row, and a member leaves that does
 * not rank among the first {@code initial} so many rankings in a row: between the two ranks nothing
 * changes, and neither does it for a symbol that merely visits. There are never more than {@code
 * initial + daily} members; beyond that those go first that have been outside longest. Pure.
 *
 * @param initial members of the first ranking, and the rank within which a member stays
 * @param daily the rank within which a symbol enters; not larger
 * @param enterAfter rankings in a row
 * @param leaveAfter rankings in a row
 */
record UniverseRule(int initial, int daily, int enterAfter, int leaveAfter) {

    UniverseRule {
        if (daily < 1 || initial < daily) {
            throw new IllegalArgumentException(
                    "auspex.exchange.universe.initial (%d) must not be smaller than daily (%d), which must be at least 1"
                            .formatted(initial, daily));
        }
        if (enterAfter < 1 || leaveAfter < 1) {
            throw new IllegalArgumentException(
                    "auspex.exchange.universe.enter-days and leave-days must be at least 1");
        }
    }

    /**
     * The universe after one more ranking.
     *
     * @param ranking symbols that may be members, the most traded first
     */
    Universe next(Universe before, List<Symbol> ranking) {
        if (before.members().isEmpty()) {
            return first(ranking);
        }
        SortedMap<Symbol, Standing> standings = new TreeMap<>();
        TreeSet<Symbol> known = new TreeSet<>(before.standings().keySet());
        known.addAll(ranking);
        List<Symbol> top = ranking.subList(0, Math.min(daily, ranking.size()));
        List<Symbol> stay = ranking.subList(0, Math.min(initial, ranking.size()));
        TreeSet<Symbol> entering = new TreeSet<>(top);
        TreeSet<Symbol> staying = new TreeSet<>(stay);
        for (Symbol symbol : known) {
            Standing was = before.standings().getOrDefault(symbol, new Standing(false, 0, 0));
            int inside = entering.contains(symbol) ? was.inside() + 1 : 0;
            int outside = staying.contains(symbol) ? 0 : was.outside() + 1;
            boolean member = was.member() ? outside < leaveAfter : inside >= enterAfter;
            if (member) {
                standings.put(symbol, new Standing(true, inside, outside));
            } else if (inside > 0) {
                standings.put(symbol, new Standing(false, inside, 0));
            }
        }
        bound(standings);
        return new Universe(standings);
    }

    private Universe first(List<Symbol> ranking) {
        SortedMap<Symbol, Standing> standings = new TreeMap<>();
        for (Symbol symbol : ranking.subList(0, Math.min(initial, ranking.size()))) {
            standings.put(symbol, new Standing(true, 0, 0));
        }
        return new Universe(standings);
    }

    private void bound(SortedMap<Symbol, Standing> standings) {
        List<Map.Entry<Symbol, Standing>> members =
                new ArrayList<>(
                        standings.entrySet().stream()
                                .filter(entry -> entry.getValue().member())
                                .map(Map.Entry::copyOf)
                                .toList());
        int tooMany = members.size() - (initial + daily);
        if (tooMany <= 0) {
            return;
        }
        // The sort is stable: of equals, the first by name goes.
        members.sort(
                Comparator.comparingInt(
                                (Map.Entry<Symbol, Standing> member) -> member.getValue().outside())
                        .reversed());
        members.subList(0, tooMany).forEach(member -> standings.remove(member.getKey()));
    }
}
