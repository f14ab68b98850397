package io.auspex.ensemble;

import io.auspex.market.Symbol;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What every member with a weight made of one symbol at one close.
 *
 * @param votes by member; everybody with a weight above 0 has one
 */
record Ballot(Symbol symbol, SortedMap<String, Vote> votes) {

    Ballot {
        votes = Collections.unmodifiableSortedMap(new TreeMap<>(votes));
    }

    Vote vote(String member) {
        return votes.getOrDefault(member, new Vote.LeftOut("it has no weight"));
    }

    static Ballot of(Symbol symbol, Map<String, Map<Symbol, Vote>> byMember, String absent) {
        SortedMap<String, Vote> votes = new TreeMap<>();
        byMember.forEach((member, said) ->
                votes.put(member, said.getOrDefault(symbol, new Vote.LeftOut(absent))));
        return new Ballot(symbol, votes);
    }
}
