package io.auspex.ensemble;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The weights of all members at a revision. They need not sum to 1: they are normalised over the
 * members that answer.
 *
 * @param revision counted from 1; every change makes the next
 * @param weights 0 or more each, not all 0
 */
public record Weights(long revision, SortedMap<String, Double> weights, Instant updatedAt) {

    public Weights {
        weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
    }

    /** The standard members first, then the others by name. */
    public List<String> inOrder() {
        return Members.inOrder(weights.keySet());
    }

    /** 0 for who has none. */
    public double of(String member) {
        return weights.getOrDefault(member, 0.0);
    }
}
