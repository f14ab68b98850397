package io.auspex.exchange;

import io.auspex.market.Symbol;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The symbols that a feed follows, and those that may come or go.
 *
 * @param standings of every symbol that is a member or might become one
 */
record Universe(SortedMap<Symbol, Standing> standings) {

    static final Universe EMPTY = new Universe(new TreeMap<>());

    Universe {
        standings = Collections.unmodifiableSortedMap(new TreeMap<>(standings));
    }

    /** The symbols that are followed, ordered. */
    List<Symbol> members() {
        return standings.entrySet().stream()
                .filter(entry -> entry.getValue().member())
                .map(java.util.Map.Entry::getKey)
                .toList();
    }

    /**
     * Where a symbol stands.
     *
     * @param inside rankings in a row, up to the last one, within the rank that lets it enter
     * @param outside rankings in a row, up to the last one, outside of the rank that lets it stay
     */
    record Standing(boolean member, int inside, int outside) {

        Standing {
            if (inside < 0 || outside < 0) {
                throw new IllegalArgumentException("counts are not negative");
            }
        }
    }
}
